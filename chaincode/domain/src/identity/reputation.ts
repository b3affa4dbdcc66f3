// SPDX-License-Identifier: Apache-2.0
// Unit 7: a score out of the customer's history, and the limits that follow from it. What counts how much is policy.
import { toAmount, toUnits, type Amount } from '../base/money.js';
import type { HistoryKind } from '../ledger/rows.js';
import type { ReputationRow } from '../ledger/identity-shapes.js';
import type { Limits, ReputationPolicy } from '../policy/policy.js';

type Totals = ReputationRow['totals'];

/** Of whom nothing is known yet. */
export const NO_HISTORY: Totals = {
  success: 0,
  mismatch: 0,
  dispute: 0,
  failedAuthentication: 0,
  doubleSpend: 0,
};

/** What a customer is allowed by its score. */
export type Standing = Pick<ReputationRow, 'score' | 'totals'>;

function addEntry(totals: Totals, kind: HistoryKind): Totals {
  if (kind === 'purchase') return totals;
  if (kind === 'refund') return { ...totals, success: Math.max(0, totals.success - 1) };
  if (kind === 'acquittal') return { ...totals, doubleSpend: Math.max(0, totals.doubleSpend - 1) };
  return { ...totals, [kind]: totals[kind] + 1 };
}

/** @returns the totals with these entries counted. */
export const addToHistory = (totals: Totals, kinds: readonly HistoryKind[]): Totals =>
  kinds.reduce(addEntry, totals);

/**
 * Successes pay penalties back, but only so many: a fraud is not bought off by small purchases.
 * @returns 0 (worst) … 100 (best); the policy's first score for a customer without history: the bank vouches for it
 */
export function scoreOf(totals: Totals, policy: ReputationPolicy): number {
  const kinds = Object.keys(policy.penalties) as (keyof typeof policy.penalties)[];
  const penalty = kinds.reduce((sum, kind) => sum + policy.penalties[kind] * totals[kind], 0);
  const paidBack = Math.min(totals.success, policy.mostPaidBack);
  return Math.min(100, Math.max(0, policy.firstScore + paidBack - penalty));
}

/** @returns where a customer stands of whom nothing was folded yet. */
export const firstStanding = (policy: ReputationPolicy): Standing => ({
  totals: NO_HISTORY,
  score: scoreOf(NO_HISTORY, policy),
});

/** What the class of the score allows. */
export function limitsFor(score: number, { classes }: ReputationPolicy): Limits {
  const found = classes.find((entry) => score >= entry.from);
  return found?.limits ?? { percent: 0, release: 'delivery' };
}

/** @returns so many per cent of an amount, rounded down to whole minor units. */
export const share = (amount: Amount, percent: number): Amount =>
  toAmount((toUnits(amount) * BigInt(percent)) / 100n);
