// SPDX-License-Identifier: Apache-2.0
// A payee's day: what it had, what came and went, and its payouts. Days are those of UTC, by the time of the ledger's transactions.
import { ledgerHeight, type LedgerHeight } from '@fabric-offline-pay/node-common/node';
import { sql } from 'kysely';
import type { MerchantDatabase, MovementKind } from '../database/schema.js';

export interface ReportContext {
  readonly db: MerchantDatabase;
}

export interface ReportQuery {
  readonly payeeId: string;
  readonly currency: string;
  /** YYYY-MM-DD. */
  readonly date: string;
}

/** A movement of the payee's money. */
export interface ReportEntry {
  /** Unique within the payee's account: block, transaction, place. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly kind: MovementKind;
  /** Minor units, signed. */
  readonly amount: string;
  /** Order number, batch, or payout. */
  readonly reference: string | null;
  readonly transactionId: string;
  readonly block: number;
}

export interface Payout {
  readonly payeeId: string;
  readonly currency: string;
  readonly redeemId: string;
  /** Minor units. */
  readonly amount: string;
  /** Seconds since 1970. */
  readonly requestedAt: number;
  readonly paidAt: number | null;
}

/** All sums in minor units, signed: a payee never has less than nothing, but its day may. */
export interface SettlementReport extends ReportQuery {
  readonly opening: string;
  readonly closing: string;
  readonly entries: ReportEntry[];
  /** Sums of the entries by kind. */
  readonly totals: Record<string, string>;
  /** Requested or paid on the day, and those that wait. */
  readonly payouts: Payout[];
  /** The ledger up to where the tables follow it: a day that is not over may still get entries. */
  readonly height: LedgerHeight;
}

const DAY_SECONDS = 24 * 3_600;

/** @returns the first second of the day, and that of the next one; since 1970 */
export function dayOf({ date }: Pick<ReportQuery, 'date'>): {
  readonly from: number;
  readonly to: number;
} {
  const from = Date.parse(`${date}T00:00:00Z`) / 1000;
  return { from, to: from + DAY_SECONDS };
}

async function sumBefore(
  { db }: ReportContext,
  { payeeId, currency }: ReportQuery,
  before: number,
) {
  const { total } = await db
    .selectFrom('payee_movements')
    .select(sql<string>`coalesce(sum(amount::numeric), 0)::text`.as('total'))
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('at', '<', before)
    .executeTakeFirstOrThrow();
  return BigInt(total);
}

async function entriesOf(
  { db }: ReportContext,
  { payeeId, currency }: ReportQuery,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReportEntry[]> {
  const rows = await db
    .selectFrom('payee_movements')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('block')
    .orderBy('transaction_index')
    .orderBy('ordinal')
    .execute();
  return rows.map((row) => ({
    id: `${row.block}-${row.transaction_index}-${row.ordinal}`,
    at: row.at,
    kind: row.kind,
    amount: row.amount,
    reference: row.reference,
    transactionId: row.transaction_id,
    block: row.block,
  }));
}

async function payoutsOf(
  { db }: ReportContext,
  { payeeId, currency }: ReportQuery,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Payout[]> {
  const rows = await db
    .selectFrom('payouts')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('requested_at', '<', to)
    .where((payout) => payout.or([payout('paid_at', 'is', null), payout('paid_at', '>=', from)]))
    .orderBy('requested_at')
    .orderBy('redeem_id')
    .execute();
  return rows.map((row) => ({
    payeeId: row.payee_id,
    currency: row.currency,
    redeemId: row.redeem_id,
    amount: row.amount,
    requestedAt: row.requested_at,
    paidAt: row.paid_at,
  }));
}

function totalsOf(entries: readonly ReportEntry[]): Record<string, string> {
  const totals = new Map<string, bigint>();
  for (const { kind, amount } of entries)
    totals.set(kind, (totals.get(kind) ?? 0n) + BigInt(amount));
  return Object.fromEntries([...totals].map(([kind, total]) => [kind, total.toString()]));
}

async function readDay(context: ReportContext, query: ReportQuery): Promise<SettlementReport> {
  const day = dayOf(query);
  const opening = await sumBefore(context, query, day.from);
  const entries = await entriesOf(context, query, day);
  const closing = entries.reduce((sum, { amount }) => sum + BigInt(amount), opening);
  return {
    ...query,
    opening: opening.toString(),
    closing: closing.toString(),
    entries,
    totals: totalsOf(entries),
    payouts: await payoutsOf(context, query, day),
    height: await ledgerHeight(context.db),
  };
}

/** Read as of one moment, so that the sums agree. @returns an empty day for a payee that never had money in the currency */
export const settlementReport = (
  { db }: ReportContext,
  { payeeId, currency, date }: ReportQuery,
): Promise<SettlementReport> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((snapshot) => readDay({ db: snapshot }, { payeeId, currency, date }));
