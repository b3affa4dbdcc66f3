// SPDX-License-Identifier: Apache-2.0
// Whether two vouchers of one device and epoch cannot both come from an honest device. An honest device signs one payload
// per counter, adds each amount to the sum, and chains each voucher to the previous one. Gaps are normal, because merchants
// settle out of order.
import { toUnits } from '../base/money.js';
import type { CounterEntry, FraudKind } from '../ledger/offline-rows.js';

/** The sum of all vouchers before this one. */
const sumBefore = ({ cumulative, amount }: CounterEntry): bigint =>
  toUnits(cumulative) - toUnits(amount);

/** @returns how the two contradict each other, or undefined. The same voucher twice is not a contradiction. */
export function contradictionOf(a: CounterEntry, b: CounterEntry): FraudKind | undefined {
  if (a.counter === b.counter) return a.digest === b.digest ? undefined : 'sameCounter';
  const [earlier, later] = a.counter < b.counter ? [a, b] : [b, a];
  const isNext = later.counter === earlier.counter + 1;
  if (isNext && later.previous !== earlier.digest) return 'previousHash';
  return sumBefore(later) < toUnits(earlier.cumulative) ? 'cumulative' : undefined;
}

/** A remembered voucher, and how it contradicts the new one. */
export interface Contradiction {
  readonly kind: FraudKind;
  readonly remembered: CounterEntry;
}

/**
 * Among vouchers that do not contradict each other, the sums rise with the counters. So only the neighbours of a new voucher
 * can contradict it.
 * @param remembered in order of counters
 */
export function findContradiction(
  remembered: readonly CounterEntry[],
  entry: CounterEntry,
): Contradiction | undefined {
  const above = remembered.findIndex(({ counter }) => counter >= entry.counter);
  const at = above === -1 ? remembered.length : above;
  for (const other of [remembered[at], remembered[at - 1]]) {
    const kind = other && contradictionOf(other, entry);
    if (other !== undefined && kind !== undefined) return { kind, remembered: other };
  }
  return undefined;
}
