// SPDX-License-Identifier: Apache-2.0
// Terminals: what each reports that it waits to settle, and what was settled.
import type { MerchantDatabase } from '../database/schema.js';
import { reachedMerchants, type Reach } from '../reached-merchants.js';

interface Context {
  readonly db: MerchantDatabase;
  readonly clock: () => number;
}

/** What a terminal says of itself in one currency. */
export interface TerminalReport {
  readonly merchantId: string;
  readonly terminalId: string;
  readonly currency: string;
  /** Payments that it accepted and that are not settled. */
  readonly waiting: number;
  /** Their sum, minor units. */
  readonly amount: string;
  /** Seconds since 1970, of the oldest of them. */
  readonly oldestAt: number | null;
}

export interface ListedTerminal extends TerminalReport {
  /** Milliseconds since 1970. */
  readonly reportedAt: number;
}

export async function reportTerminal(
  { db, clock }: Context,
  { merchantId, terminalId, currency, waiting, amount, oldestAt }: TerminalReport,
): Promise<void> {
  const stated = { waiting, amount, oldest_at: oldestAt, reported_at: clock() };
  await db
    .insertInto('terminals')
    .values({ merchant_id: merchantId, terminal_id: terminalId, currency, ...stated })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'terminal_id', 'currency']).doUpdateSet(stated),
    )
    .execute();
}

/** Terminals, the longest silent first. */
export async function listTerminals(
  reach: Reach,
  { limit }: { readonly limit: number },
): Promise<ListedTerminal[]> {
  const rows = await reach.db
    .selectFrom('terminals')
    .selectAll()
    .where('merchant_id', 'in', reachedMerchants(reach))
    .orderBy('reported_at')
    .orderBy('terminal_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    terminalId: row.terminal_id,
    currency: row.currency,
    waiting: row.waiting,
    amount: row.amount,
    oldestAt: row.oldest_at,
    reportedAt: row.reported_at,
  }));
}

/** A settled batch. */
export interface Batch {
  readonly merchantId: string;
  readonly batchId: string;
  readonly currency: string;
  readonly payments: number;
  /** Minor units. */
  readonly amount: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** Batches, the newest first. */
export async function listBatches(
  { db }: Pick<Context, 'db'>,
  { merchantId, limit }: { readonly merchantId: string; readonly limit: number },
): Promise<Batch[]> {
  const rows = await db
    .selectFrom('offline_batches')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('at', 'desc')
    .orderBy('batch_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    batchId: row.batch_id,
    currency: row.currency,
    payments: row.payments,
    amount: row.amount,
    at: row.at,
  }));
}
