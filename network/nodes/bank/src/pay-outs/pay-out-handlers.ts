// SPDX-License-Identifier: Apache-2.0
// What operator and teller ask of pay-outs.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import { sql, type Selectable, type Transaction } from 'kysely';
import { toInstant } from '../clock.js';
import type { PayeeEntryTable } from '../database/pay-out-tables.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { PayeeMoney, PayOutKey } from './keys.js';
import { PAGE, type PAY_OUT_OPERATIONS } from './pay-out-operations.js';
import { isPaidBy, keyOf, type PayOut } from './store.js';

export type PayOutHandlers = Handlers<typeof PAY_OUT_OPERATIONS, unknown>;

/** What the operations use. */
interface Parts {
  readonly db: BankDatabase;
  readonly bankId: string;
  /** Asks for a payee's pay-outs to be looked at. */
  readonly ask: (db: Transaction<BankTables>, payee: PayeeMoney) => Promise<void>;
  readonly wake: () => void;
}

/** What waits for an account, and what the host refused, may go on. */
async function letGoOn(db: BankDatabase, { payeeId, currency }: PayeeMoney): Promise<void> {
  await db
    .updateTable('pay_outs')
    .set({ reason: null })
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('state', 'in', ['requested', 'redeemed'])
    .execute();
}

/** @throws {NodeError} NOT_FOUND for a payee that this bank does not pay */
async function link(
  { db, bankId, ask, wake }: Parts,
  { token, ...payee }: PayeeMoney & { readonly token: string },
): Promise<void> {
  if (!(await isPaidBy(db, bankId, payee.payeeId))) throw new NodeError('NOT_FOUND', 'payeeId');
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('payee_accounts')
      .values({ payee_id: payee.payeeId, currency: payee.currency, token })
      .onConflict((conflict) => conflict.columns(['payee_id', 'currency']).doUpdateSet({ token }))
      .execute();
    await letGoOn(transaction, payee);
    await ask(transaction, payee);
  });
  wake();
}

/** @returns the number after which the next page begins */
const nextOf = (rows: readonly { readonly number: number }[]): number | null =>
  rows.length < PAGE ? null : (rows.at(-1)?.number ?? null);

const shownPayOut = ({ number, amount, state, reason, account, reference, ...row }: PayOut) => ({
  ...{ number, ...keyOf(row), amount, state, reason, account, reference },
  trouble: row.trouble,
  since: row.troubled_at === null ? null : toInstant(row.troubled_at),
  requestedAt: toInstant(row.requested_at),
  paidAt: row.paid_at === null ? null : toInstant(row.paid_at),
});

interface PayOutQuery {
  readonly payeeId?: string | undefined;
  readonly state?: PayOut['state'] | undefined;
  readonly after: number;
}

async function list({ db }: Parts, { payeeId, state, after }: PayOutQuery) {
  const rows = await db
    .selectFrom('pay_outs')
    .selectAll()
    .where('number', '>', after)
    .$if(payeeId !== undefined, (query) => query.where('payee_id', '=', payeeId ?? ''))
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'paid'))
    .orderBy('number')
    .limit(PAGE)
    .execute();
  return { payOuts: rows.map(shownPayOut), next: nextOf(rows) };
}

const shownEntry = ({ number, kind, about, amount, ...row }: Selectable<PayeeEntryTable>) => ({
  ...{ number, kind, about, amount, creditedIn: row.credited_in, countedIn: row.counted_in },
  transactionId: row.transaction_id,
});

/** @throws {NodeError} NOT_FOUND until the ledger has redeemed it */
async function transactionsOf(
  { db }: Parts,
  { payeeId, currency, redeemId, after }: PayOutKey & { readonly after: number },
) {
  const redemption = await db
    .selectFrom('payee_redemptions')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('redeem_id', '=', redeemId)
    .executeTakeFirst();
  if (redemption === undefined) throw new NodeError('NOT_FOUND', 'redeemId');
  const { opening, amount, closing, redeemed_in: redeemedIn } = redemption;
  const rows = await db
    .selectFrom('payee_entries')
    .selectAll()
    .where('payee_id', '=', payeeId)
    .where('currency', '=', currency)
    .where('number', '>=', redemption.first_entry)
    // The column has integers, and the caller's number may be larger than any of them.
    .where('number', '>', sql<number>`${after}::bigint`)
    .where('number', '<=', redemption.last_entry)
    .orderBy('number')
    .limit(PAGE)
    .execute();
  return {
    opening,
    amount,
    closing,
    redeemedIn,
    entries: rows.map(shownEntry),
    next: nextOf(rows),
  };
}

/** The functions of the operations, for whatever context the node gives to its callers. */
export const payOutHandlers = (parts: Parts): PayOutHandlers => ({
  linkPayeeAccount: async (_, input) => {
    await link(parts, input);
    return { linked: true };
  },
  listPayOuts: (_, query) => list(parts, query),
  payOutTransactions: (_, query) => transactionsOf(parts, query),
});
