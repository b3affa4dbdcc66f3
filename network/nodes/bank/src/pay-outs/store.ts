// SPDX-License-Identifier: Apache-2.0
// Reads and writes the rows of pay-outs.
import type { Selectable, Updateable } from 'kysely';
import type { PayOutTable } from '../database/pay-out-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { hostKeyOf, type PayeeMoney, type PayOutKey } from './keys.js';

export type PayOut = Selectable<PayOutTable>;

export const keyOf = ({
  payee_id: payeeId,
  currency,
  redeem_id: redeemId,
}: Pick<PayOut, 'payee_id' | 'currency' | 'redeem_id'>): PayOutKey => ({
  payeeId,
  currency,
  redeemId,
});

/** Notes a payee's request. Does nothing when it is known. */
export async function addPayOut(
  db: BankDatabase,
  { payeeId, currency, redeemId }: PayOutKey,
  { amount, requestedAt }: { readonly amount: string; readonly requestedAt: number },
): Promise<void> {
  await db
    .insertInto('pay_outs')
    .values({
      payee_id: payeeId,
      currency,
      redeem_id: redeemId,
      amount,
      state: 'requested',
      reason: null,
      host_key: hostKeyOf({ payeeId, currency, redeemId }, 1),
      attempt: 1,
      account: null,
      reference: null,
      requested_at: requestedAt,
      paid_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export const findPayOut = (
  db: BankDatabase,
  { payeeId, currency, redeemId }: PayOutKey,
): Promise<PayOut | undefined> =>
  db
    .selectFrom('pay_outs')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('redeem_id', '=', redeemId)
    .executeTakeFirst();

/** What a payee has not got yet, in the order of its requests. */
export const unpaidOf = (db: BankDatabase, { payeeId, currency }: PayeeMoney): Promise<PayOut[]> =>
  db
    .selectFrom('pay_outs')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('state', '!=', 'paid')
    .orderBy('number')
    .execute();

export async function changePayOut(
  db: BankDatabase,
  { number }: PayOut,
  change: Updateable<PayOutTable>,
): Promise<void> {
  await db.updateTable('pay_outs').set(change).where('number', '=', number).execute();
}

/** The currency has vanished. It is said by whoever learns it first, the job or the follower. */
export async function noteRedeemed(db: BankDatabase, key: PayOutKey): Promise<void> {
  await db
    .updateTable('pay_outs')
    .set({ state: 'redeemed', reason: null })
    .where('payee_id', '=', key.payeeId)
    .where('currency', '=', key.currency)
    .where('redeem_id', '=', key.redeemId)
    .where('state', 'in', ['requested', 'refused'])
    .execute();
}

/** @returns the token that a teller linked */
export async function accountOf(
  db: BankDatabase,
  { payeeId, currency }: PayeeMoney,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('payee_accounts')
    .select('token')
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .executeTakeFirst();
  return row?.token;
}

/** @returns whether this bank pays the payee */
export async function isPaidBy(
  db: BankDatabase,
  bankId: string,
  payeeId: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('payees')
    .select('bank_id')
    .where('payee_id', '=', payeeId)
    .executeTakeFirst();
  return row?.bank_id === bankId;
}
