// SPDX-License-Identifier: Apache-2.0
// What payees have, and their payouts.
import type { MerchantDatabase } from '../database/schema.js';
import type { Payout } from './settlement-report.js';

interface Context {
  readonly db: MerchantDatabase;
}

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

export async function listBalances({ db }: Context): Promise<Balance[]> {
  const { fn } = db;
  const credits = await db
    .selectFrom('payee_credits')
    .select(['payee_id', 'currency'])
    .select(fn.agg<string[]>('array_agg', ['amount']).as('amounts'))
    .where('rolled_up', '=', false)
    .groupBy(['payee_id', 'currency'])
    .execute();
  const balances = await db.selectFrom('payee_balances').selectAll().execute();
  const keys = new Set([...credits, ...balances].map((row) => `${row.payee_id}/${row.currency}`));
  return [...keys].sort().map((key): Balance => {
    const isIt = (row: { payee_id: string; currency: string }): boolean =>
      `${row.payee_id}/${row.currency}` === key;
    const [payeeId = '', currency = ''] = key.split('/');
    const { balance = '0', withheld = '0', owed = '0' } = balances.find(isIt) ?? {};
    const amounts = credits.find(isIt)?.amounts ?? [];
    const open = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString();
    return { payeeId, currency, balance, withheld, owed, open };
  });
}

/** The newest first. */
export async function listPayouts(
  { db }: Context,
  { waiting, limit }: { readonly waiting: boolean; readonly limit: number },
): Promise<Payout[]> {
  const rows = await db
    .selectFrom('payouts')
    .selectAll()
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
