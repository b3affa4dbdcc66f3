// SPDX-License-Identifier: Apache-2.0
// Limits that add up over time. What is paid in a quarter of a window is kept in one part, which counts until the last of it
// leaves the window: so no boundary lets the limit be spent twice, nothing counts for more than a quarter of a window too long,
// and a policy that shortens the window is followed at once.
import { addAmounts, toUnits, type Amount } from '../base/money.js';
import type { Spending } from '../ledger/rows.js';

/** The time over which limits add up, as it ends with a payment. Seconds. */
export interface Window {
  readonly endsAt: number;
  readonly seconds: number;
}

const PARTS = 4;

/** Which part of the time a payment falls into. */
const partOf = (at: number, { seconds }: Window): number =>
  Math.floor(at / Math.ceil(seconds / PARTS));

const inside = (spendings: readonly Spending[], { endsAt, seconds }: Window): Spending[] =>
  spendings.filter(({ last }) => last > endsAt - seconds);

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
  const { endsAt } = window;
  const parts = inside(spendings, window);
  const latest = parts.at(-1);
  if (latest === undefined || partOf(latest.last, window) < partOf(endsAt, window))
    return [...parts, { last: endsAt, amount }];
  const { last } = latest;
  const joined = { last: Math.max(last, endsAt), amount: addAmounts(latest.amount, amount) };
  return [...parts.slice(0, -1), joined];
}

/** @returns whether all amounts together, which may have more digits than one, are at most the limit. */
export const isWithin = (limit: Amount, ...amounts: readonly Amount[]): boolean =>
  amounts.reduce((sum, amount) => sum + toUnits(amount), 0n) <= toUnits(limit);
