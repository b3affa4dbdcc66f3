// SPDX-License-Identifier: Apache-2.0
// Unit 7: a score out of the customer's history, and the limits that follow from it.
import { toAmount, toUnits, type Amount } from '../base/money.js';
import type { HistoryKind, Limits, PolicyRow, ReputationRow } from '../ledger/rows.js';

type Totals = ReputationRow['totals'];

export const NO_HISTORY: Totals = {
  success: 0,
  mismatch: 0,
  dispute: 0,
  failedAuthentication: 0,
  doubleSpend: 0,
};

/** Successes pay penalties back, but only so many: a fraud is not bought off by small purchases. */
const MOST_PAID_BACK = 20;

/** Points that an entry costs. */
const PENALTY: Readonly<Record<Exclude<HistoryKind, 'success'>, number>> = {
  mismatch: 10,
  dispute: 15,
  failedAuthentication: 5,
  doubleSpend: 60,
};

/** From the best to the worst: the lowest score of the class, and what it may do. */
const CLASSES: readonly { readonly from: number; readonly limits: Limits }[] = [
  { from: 80, limits: { percent: 100, release: 'match' } },
  { from: 50, limits: { percent: 50, release: 'delivery' } },
  { from: 20, limits: { percent: 20, release: 'delivery' } },
  { from: 0, limits: { percent: 5, release: 'delivery' } },
];

export const addToHistory = (totals: Totals, kinds: readonly HistoryKind[]): Totals =>
  kinds.reduce<Totals>((sums, kind) => ({ ...sums, [kind]: sums[kind] + 1 }), totals);

/** @returns 0 (worst) … 100 (best). A customer without history scores 100: the bank vouches for it. */
export function scoreOf(totals: Totals): number {
  const kinds = Object.keys(PENALTY) as (keyof typeof PENALTY)[];
  const penalty = kinds.reduce((sum, kind) => sum + PENALTY[kind] * totals[kind], 0);
  const paidBack = Math.min(totals.success, MOST_PAID_BACK);
  return Math.max(0, 100 - Math.max(0, penalty - paidBack));
}

export function limitsFor(score: number): Limits {
  const found = CLASSES.find((entry) => score >= entry.from);
  return found?.limits ?? { percent: 0, release: 'delivery' };
}

/** @returns the most that one order may cost, or undefined when the policy sets no limit in this currency. */
export function orderLimit(
  policy: PolicyRow,
  limits: Limits,
  currency: string,
): Amount | undefined {
  const full = policy.orderLimit[currency];
  return full === undefined ? undefined : toAmount((toUnits(full) * BigInt(limits.percent)) / 100n);
}
