// SPDX-License-Identifier: Apache-2.0
// When two vouchers of one device and epoch cannot both come from an honest device. An honest device signs one payload
// a counter, adds each amount to the sum, and chains each voucher to the one before; gaps are normal, since merchants
// settle out of order.
import { toAmount, toUnits } from '../base/money.js';
import type { CounterEntry, FraudKind } from '../ledger/offline-rows.js';
import { bytesToText } from './digest-text.js';
import type { Voucher } from './objects.js';

/** @returns the voucher as it is remembered. */
export const counterEntry = (
  voucher: Voucher,
  digest: Uint8Array,
  amount: bigint,
): CounterEntry => [
  voucher.counter,
  bytesToText(digest),
  bytesToText(voucher.previous),
  toAmount(voucher.cumulative),
  toAmount(amount),
];

/** @returns how the two contradict each other, or undefined. The same voucher twice is no contradiction. */
export function contradictionOf(a: CounterEntry, b: CounterEntry): FraudKind | undefined {
  if (a[0] === b[0]) return a[1] === b[1] ? undefined : 'sameCounter';
  const [earlier, later] = a[0] < b[0] ? [a, b] : [b, a];
  if (later[0] === earlier[0] + 1 && later[2] !== earlier[1]) return 'previousHash';
  return toUnits(later[3]) - toUnits(later[4]) < toUnits(earlier[3]) ? 'cumulative' : undefined;
}

/** A remembered voucher and how it contradicts another. */
export interface Contradiction {
  readonly kind: FraudKind;
  readonly remembered: CounterEntry;
}

/**
 * Among vouchers that do not contradict each other the sums rise with the counters, so that only the neighbours of a new
 * one can contradict it.
 * @param remembered rising by counter
 */
export function findContradiction(
  remembered: readonly CounterEntry[],
  entry: CounterEntry,
): Contradiction | undefined {
  const above = remembered.findIndex((other) => other[0] >= entry[0]);
  const at = above === -1 ? remembered.length : above;
  for (const other of [remembered[at], remembered[at - 1]]) {
    const kind = other && contradictionOf(other, entry);
    if (other !== undefined && kind !== undefined) return { kind, remembered: other };
  }
  return undefined;
}

/** @returns the entries with one more, rising by counter. */
export const withEntry = (
  entries: readonly CounterEntry[],
  entry: CounterEntry,
): readonly CounterEntry[] => [...entries, entry].sort((a, b) => a[0] - b[0]);
