// SPDX-License-Identifier: Apache-2.0
// The accounts of customers on the ledger. They are written without expired sessions.
import {
  accounts,
  ensure,
  found,
  type AccountRow,
  type Amount,
  type Currency,
  type Session,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** The account of a customer that is known to exist. */
export const accountRow = async (call: Call, customerId: string): Promise<AccountRow> =>
  found(await call.store.get('account', customerId), 'INTERNAL', { row: 'account' });

export const putAccount = (call: Call, account: AccountRow): void =>
  call.store.put('account', accounts.withoutOver(account, call.now));

const moving =
  (move: (account: AccountRow, payment: accounts.Payment) => AccountRow) =>
  async (call: Call, customerId: string, currency: Currency, amount: Amount): Promise<void> =>
    putAccount(call, move(await accountRow(call, customerId), { currency, amount }));

/** Puts money into a customer's account. */
export const credit = moving(accounts.credit);

/** Takes money from a customer's account. @throws {DomainError} INSUFFICIENT_FUNDS. */
export const debit = moving(accounts.debit);

/** The customer who picks or pays: its account and its session. */
export interface Payer {
  readonly account: AccountRow;
  readonly session: Session;
}

/**
 * Checks in one row that the customer is active and the login has not expired.
 * @throws {DomainError} CUSTOMER_BLOCKED, LOGIN_NOT_AUTHENTICATED or LOGIN_EXPIRED.
 */
export async function payerOf(
  call: Call,
  { customerId, loginId }: { readonly customerId: string; readonly loginId: string },
): Promise<Payer> {
  const account = await call.store.get('account', customerId);
  ensure(account?.status !== 'blocked', 'CUSTOMER_BLOCKED', { customerId });
  const session = account?.sessions.find((entry) => entry.loginId === loginId);
  ensure(account !== undefined && session !== undefined, 'LOGIN_NOT_AUTHENTICATED', { loginId });
  ensure(call.now < session.until, 'LOGIN_EXPIRED', { expiresAt: session.until });
  return { account, session };
}
