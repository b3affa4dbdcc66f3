// SPDX-License-Identifier: Apache-2.0
// Unit 7: a score from the customer's history, and the limits for that score. The policy says how much each entry counts.
import { keysOf } from '../base/keys-of.js';
import { toAmount, toUnits, type Amount } from '../base/money.js';
import type { HistoryKind } from '../ledger/rows.js';
import type { ReputationRow } from '../ledger/identity-shapes.js';
import type { Limits, ReputationPolicy } from '../policy/policy.js';

type Totals = ReputationRow['totals'];

/** The totals of a customer without history. */
export const NO_HISTORY: Totals = {
  success: 0,
  mismatch: 0,
  dispute: 0,
  failedAuthentication: 0,
  doubleSpend: 0,
};

/** A customer's score and the totals behind it. */
export type Standing = Pick<ReputationRow, 'score' | 'totals'>;

function addEntry(totals: Totals, kind: HistoryKind): Totals {
  if (kind === 'purchase') return totals;
  if (kind === 'refund') return { ...totals, success: Math.max(0, totals.success - 1) };
  if (kind === 'acquittal') return { ...totals, doubleSpend: Math.max(0, totals.doubleSpend - 1) };
  return { ...totals, [kind]: totals[kind] + 1 };
}

/** @returns the totals after counting these entries. */
export const addToHistory = (totals: Totals, kinds: readonly HistoryKind[]): Totals =>
  kinds.reduce(addEntry, totals);

/**
 * Successes pay penalties back up to a bound, so that small purchases cannot make up for a fraud.
 * @returns 0 (worst) … 100 (best). A customer without history gets the policy's first score, because the bank vouches for
 * it.
 */
export function scoreOf(totals: Totals, policy: ReputationPolicy): number {
  const kinds = keysOf(policy.penalties);
  const penalty = kinds.reduce((sum, kind) => sum + policy.penalties[kind] * totals[kind], 0);
  const paidBack = Math.min(totals.success, policy.mostPaidBack);
  return Math.min(100, Math.max(0, policy.firstScore + paidBack - penalty));
}

/** @returns the standing of a customer before any history was counted. */
export const firstStanding = (policy: ReputationPolicy): Standing => ({
  totals: NO_HISTORY,
  score: scoreOf(NO_HISTORY, policy),
});

/** The limits of the score's class. */
export function limitsFor(score: number, { classes }: ReputationPolicy): Limits {
  const found = classes.find((entry) => score >= entry.from);
  return found?.limits ?? { percent: 0, release: 'delivery' };
}

/** @returns that percentage of an amount, rounded down to whole minor units. */
export const share = (amount: Amount, percent: number): Amount =>
  toAmount((toUnits(amount) * BigInt(percent)) / 100n);
