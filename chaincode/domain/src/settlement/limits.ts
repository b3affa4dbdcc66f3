// SPDX-License-Identifier: Apache-2.0
// Limits that add up over time. A window is looked at in parts of a quarter of its length, and a part counts as long as
// anything paid in it may still lie within the window: so no boundary lets the limit be spent twice, and what was paid
// counts for at most a quarter of a window too long.
import { addAmounts, toUnits, type Amount } from '../base/money.js';
import type { Spending } from '../ledger/rows.js';

/** The time over which limits add up, as it ends with a payment. Seconds. */
export interface Window {
  readonly endsAt: number;
  readonly seconds: number;
}

const PARTS = 4;

function endOfPart({ endsAt, seconds }: Window): number {
  const length = Math.ceil(seconds / PARTS);
  return (Math.floor(endsAt / length) + 1) * length;
}

const inside = (spendings: readonly Spending[], { endsAt, seconds }: Window): Spending[] =>
  spendings.filter(({ until }) => until > endsAt - seconds);

/** @returns all that was paid within the window. */
export const spentIn = (spendings: readonly Spending[], window: Window): Amount =>
  addAmounts(...inside(spendings, window).map(({ amount }) => amount));

/**
 * Adds a payment, and forgets what no window will count again. A proposal's time may lie a little before the last one's:
 * what it pays then counts with the last part.
 */
export function addSpending(
  spendings: readonly Spending[],
  amount: Amount,
  window: Window,
): readonly Spending[] {
  const parts = inside(spendings, window);
  const last = parts.at(-1);
  const until = endOfPart(window);
  if (last === undefined || last.until < until) return [...parts, { until, amount }];
  return [...parts.slice(0, -1), { ...last, amount: addAmounts(last.amount, amount) }];
}

/** @returns whether all amounts together, which may have more digits than one, are at most the limit. */
export const isWithin = (limit: Amount, ...amounts: readonly Amount[]): boolean =>
  amounts.reduce((sum, amount) => sum + toUnits(amount), 0n) <= toUnits(limit);
