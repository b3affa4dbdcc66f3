// SPDX-License-Identifier: Apache-2.0
// The account of a customer: its money, what was spent of it, and the sessions that may spend more. Every function returns
// a new account.
import { ensure } from '../base/errors.js';
import {
  addAmounts,
  isAtLeast,
  subtractAmounts,
  type Amount,
  type Currency,
} from '../base/money.js';
import { share } from '../identity/reputation.js';
import type { AccountRow, CustomerRow, Money, Session } from '../ledger/rows.js';
import type { CurrencyLimits } from '../policy/policy.js';
import { addSpending, isWithin, spentIn, type Window } from './limits.js';

/** Sessions at a time: the row is written with every order, so it stays small. */
const MOST_SESSIONS = 4;

const NOTHING: Money = { available: '0', spent: [], sinceStepUp: [] };

/** An amount, in minor units, of one currency. */
export interface Payment {
  readonly currency: Currency;
  readonly amount: Amount;
}

/** What a payment is held against. */
export interface Allowance {
  /** Of the policy, in the payment's currency. */
  readonly limits: CurrencyLimits;
  /** What unit 7 leaves of them. */
  readonly percent: number;
  readonly window: Window;
}

/** @returns the account of a customer, with nothing in it. */
export const newAccount = ({ customerId, bankId }: CustomerRow): AccountRow => ({
  customerId,
  bankId,
  status: 'active',
  blocks: 0,
  sessions: [],
  money: {},
});

/** @returns what the account has in the currency; nothing, where it never had any. */
export const moneyIn = ({ money }: Pick<AccountRow, 'money'>, currency: Currency): Money =>
  (Object.hasOwn(money, currency) ? money[currency] : undefined) ?? NOTHING;

const withMoney = (
  account: AccountRow,
  currency: Currency,
  change: Partial<Money>,
): AccountRow => ({
  ...account,
  money: { ...account.money, [currency]: { ...moneyIn(account, currency), ...change } },
});

/** @returns the account with so much more to spend. */
export const credit = (account: AccountRow, { currency, amount }: Payment): AccountRow =>
  withMoney(account, currency, {
    available: addAmounts(moneyIn(account, currency).available, amount),
  });

/** @throws {DomainError} INSUFFICIENT_FUNDS. */
export function debit(account: AccountRow, { currency, amount }: Payment): AccountRow {
  const { available } = moneyIn(account, currency);
  ensure(isAtLeast(available, amount), 'INSUFFICIENT_FUNDS', { currency });
  return withMoney(account, currency, { available: subtractAmounts(available, amount) });
}

/** @throws {DomainError} LIMIT_EXCEEDED for an order that is above what one may cost. */
export function ensureWithinOrder(
  { amount: total }: Payment,
  { limits, percent }: Allowance,
): void {
  const limit = share(limits.perOrder, percent);
  ensure(isWithin(limit, total), 'LIMIT_EXCEEDED', { limit, total });
}

/** @throws {DomainError} LIMIT_EXCEEDED when all payments of the window with this one are above what they may come to. */
export function ensureWithinWindow(
  account: AccountRow,
  { currency, amount: total }: Payment,
  { limits, percent, window }: Allowance,
): void {
  const limit = share(limits.perWindow, percent);
  const spent = spentIn(moneyIn(account, currency).spent, window);
  ensure(isWithin(limit, spent, total), 'LIMIT_EXCEEDED', { limit, spent, total });
}

/** What was paid since both factors were last bound to an order. */
export const sinceStepUp = (account: AccountRow, currency: Currency, window: Window): Amount =>
  spentIn(moneyIn(account, currency).sinceStepUp, window);

/** @returns whether both factors must be bound to the order (PSD2 RTS Art. 5, dynamic linking). */
export const needsStepUp = (
  account: AccountRow,
  { currency, amount }: Payment,
  { limits, window }: Allowance,
): boolean => !isWithin(limits.stepUp, sinceStepUp(account, currency, window), amount);

/** Takes money out, which counts in the window from now on. @throws {DomainError} INSUFFICIENT_FUNDS. */
export const spend = (account: AccountRow, payment: Payment, window: Window): AccountRow =>
  withMoney(debit(account, payment), payment.currency, {
    spent: addSpending(moneyIn(account, payment.currency).spent, payment.amount, window),
  });

/** An order that no factor is bound to adds to what the next step-up is for; one that has both begins anew. */
export const noteStepUp = (
  account: AccountRow,
  { currency, amount }: Payment,
  window: Window,
  steppedUp: boolean,
): AccountRow =>
  withMoney(account, currency, {
    sinceStepUp: steppedUp
      ? []
      : addSpending(moneyIn(account, currency).sinceStepUp, amount, window),
  });

/** Opens a session; of too many, the oldest ends. */
export const openSession = (account: AccountRow, session: Session): AccountRow => ({
  ...account,
  sessions: [...account.sessions, session].slice(-MOST_SESSIONS),
});

/** @returns the account without the sessions of the device. */
export const endSessionsOf = (account: AccountRow, deviceId: string): AccountRow => ({
  ...account,
  sessions: account.sessions.filter((session) => session.deviceId !== deviceId),
});

/** A block ends every session, and every login that is under way: to be active again opens none of them. */
export const withStatus = (
  account: AccountRow,
  { status, blocks }: Pick<CustomerRow, 'status' | 'blocks'>,
): AccountRow => ({
  ...account,
  status,
  blocks,
  sessions: status === 'active' ? account.sessions : [],
});

/** Without the sessions that are over. */
export const withoutOver = (account: AccountRow, now: number): AccountRow => ({
  ...account,
  sessions: account.sessions.filter(({ until }) => now < until),
});
