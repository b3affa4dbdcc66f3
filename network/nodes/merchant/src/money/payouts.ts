// SPDX-License-Identifier: Apache-2.0
// What payees have, and their payouts.
import { sql } from 'kysely';
import { reachedMerchants, type Reach } from '../reached-merchants.js';
import type { Payout } from './settlement-report.js';

/** A payee's money in one currency, minor units. */
export interface Balance {
  readonly payeeId: string;
  readonly currency: string;
  /** Rolled up. */
  readonly balance: string;
  /** Part of it that open disputes may take. */
  readonly withheld: string;
  /** To customers. */
  readonly owed: string;
  /** Credits that wait for the next roll-up. */
  readonly open: string;
}

const EMPTY = { balance: '0', withheld: '0', owed: '0', open: '0' };

/** By payee and currency. */
export async function listBalances(reach: Reach): Promise<Balance[]> {
  const credits = await reach.db
    .selectFrom('payee_credits')
    .select(['payee_id', 'currency'])
    .select(sql<string>`sum(amount::numeric)::text`.as('open'))
    .where('payee_id', 'in', reachedMerchants(reach))
    .where('rolled_up', '=', false)
    .groupBy(['payee_id', 'currency'])
    .execute();
  const rows = await reach.db
    .selectFrom('payee_balances')
    .selectAll()
    .where('payee_id', 'in', reachedMerchants(reach))
    .execute();
  const balances = new Map<string, Balance>();
  for (const { payee_id: payeeId, currency, ...money } of [...rows, ...credits]) {
    const key = `${payeeId}/${currency}`;
    balances.set(key, { ...EMPTY, ...balances.get(key), payeeId, currency, ...money });
  }
  return [...balances].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, balance]) => balance);
}

/** The newest first. */
export async function listPayouts(
  reach: Reach,
  { waiting, limit }: { readonly waiting: boolean; readonly limit: number },
): Promise<Payout[]> {
  const rows = await reach.db
    .selectFrom('payouts')
    .selectAll()
    .where('payee_id', 'in', reachedMerchants(reach))
    .$if(waiting, (query) => query.where('paid_at', 'is', null))
    .orderBy('requested_at', 'desc')
    .orderBy('redeem_id')
    .limit(limit)
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
