// SPDX-License-Identifier: Apache-2.0
// Limits that add up over time. The payments in a quarter of a window are kept as one part. A part counts until its last
// payment leaves the window. So nobody can spend the limit twice around a boundary, nothing counts for more than a quarter
// of a window too long, and a shorter window in the policy takes effect at once.
import { addAmounts, toUnits, type Amount } from '../base/money.js';
import type { Spending } from '../ledger/rows.js';

/** The time over which limits add up. It ends at a payment. In seconds. */
export interface Window {
  readonly endsAt: number;
  readonly seconds: number;
}

const PARTS = 4;

/** The part of the time that contains a payment. */
const partOf = (at: number, { seconds }: Window): number =>
  Math.floor(at / Math.ceil(seconds / PARTS));

const inside = (spendings: readonly Spending[], { endsAt, seconds }: Window): Spending[] =>
  spendings.filter(({ last }) => last > endsAt - seconds);

/** @returns the sum of all payments in the window. */
export const spentIn = (spendings: readonly Spending[], window: Window): Amount =>
  addAmounts(...inside(spendings, window).map(({ amount }) => amount));

/**
 * Adds a payment, and removes parts that no window will count again. A proposal's time may be a little before the previous
 * one's. Its payment then counts in the last part.
 */
export function addSpending(
  spendings: readonly Spending[],
  amount: Amount,
  window: Window,
): readonly Spending[] {
  const { endsAt } = window;
  const parts = inside(spendings, window);
  const latest = parts.at(-1);
  if (latest === undefined || partOf(latest.last, window) < partOf(endsAt, window))
    return [...parts, { last: endsAt, amount }];
  const { last } = latest;
  const joined = { last: Math.max(last, endsAt), amount: addAmounts(latest.amount, amount) };
  return [...parts.slice(0, -1), joined];
}

/** @returns whether all amounts together are at most the limit. Their sum may have more digits than an amount. */
export const isWithin = (limit: Amount, ...amounts: readonly Amount[]): boolean =>
  amounts.reduce((sum, amount) => sum + toUnits(amount), 0n) <= toUnits(limit);
