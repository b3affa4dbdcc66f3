// SPDX-License-Identifier: Apache-2.0
// The account of a customer: its money, what it spent, and the sessions that may spend more. Every function returns a new
// account.
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

/** The most sessions at a time. The row is written with every order, so it must stay small. */
const MOST_SESSIONS = 4;

const NOTHING: Money = { available: '0', spent: [], sinceStepUp: [] };

/** An amount of one currency, in minor units. */
export interface Payment {
  readonly currency: Currency;
  readonly amount: Amount;
}

/** The limits for a payment. */
export interface Allowance {
  /** The policy's limits in the payment's currency. */
  readonly limits: CurrencyLimits;
  /** The percentage of the limits that unit 7 allows. */
  readonly percent: number;
  readonly window: Window;
}

/** @returns an empty account of the customer. */
export const newAccount = ({ customerId, bankId }: CustomerRow): AccountRow => ({
  customerId,
  bankId,
  status: 'active',
  blocks: 0,
  sessions: [],
  money: {},
});

/** @returns the account's money in the currency. Zero when it never had any. */
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

/** @returns the account with this much more money. */
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

/** @throws {DomainError} LIMIT_EXCEEDED for an order above the limit of one order. */
export function ensureWithinOrder(
  { amount: total }: Payment,
  { limits, percent }: Allowance,
): void {
  const limit = share(limits.perOrder, percent);
  ensure(isWithin(limit, total), 'LIMIT_EXCEEDED', { limit, total });
}

/** @throws {DomainError} LIMIT_EXCEEDED when all payments of the window, with this one, exceed the limit of a window. */
export function ensureWithinWindow(
  account: AccountRow,
  { currency, amount: total }: Payment,
  { limits, percent, window }: Allowance,
): void {
  const limit = share(limits.perWindow, percent);
  const spent = spentIn(moneyIn(account, currency).spent, window);
  ensure(isWithin(limit, spent, total), 'LIMIT_EXCEEDED', { limit, spent, total });
}

/** The sum of payments since the last step-up. */
export const sinceStepUp = (account: AccountRow, currency: Currency, window: Window): Amount =>
  spentIn(moneyIn(account, currency).sinceStepUp, window);

/** @returns whether both factors must be bound to the order (PSD2 RTS Art. 5, dynamic linking). */
export const needsStepUp = (
  account: AccountRow,
  { currency, amount }: Payment,
  { limits, window }: Allowance,
): boolean => !isWithin(limits.stepUp, sinceStepUp(account, currency, window), amount);

/** Takes money out and counts it in the window. @throws {DomainError} INSUFFICIENT_FUNDS. */
export const spend = (account: AccountRow, payment: Payment, window: Window): AccountRow =>
  withMoney(debit(account, payment), payment.currency, {
    spent: addSpending(moneyIn(account, payment.currency).spent, payment.amount, window),
  });

/** Counts the order towards the next step-up. An order with a step-up starts the count again. */
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

/** Opens a session. When there are too many, the oldest one ends. */
export const openSession = (account: AccountRow, session: Session): AccountRow => ({
  ...account,
  sessions: [...account.sessions, session].slice(-MOST_SESSIONS),
});

/** @returns the account without the sessions of the device. */
export const endSessionsOf = (account: AccountRow, deviceId: string): AccountRow => ({
  ...account,
  sessions: account.sessions.filter((session) => session.deviceId !== deviceId),
});

/** A block ends every session and every unfinished login. Unblocking the customer does not open them again. */
export const withStatus = (
  account: AccountRow,
  { status, blocks }: Pick<CustomerRow, 'status' | 'blocks'>,
): AccountRow => ({
  ...account,
  status,
  blocks,
  sessions: status === 'active' ? account.sessions : [],
});

/** @returns the account without expired sessions. */
export const withoutOver = (account: AccountRow, now: number): AccountRow => ({
  ...account,
  sessions: account.sessions.filter(({ until }) => now < until),
});
