// SPDX-License-Identifier: Apache-2.0
// A voucher as it is remembered, by its reserve on the ledger and by the terminals that accepted it.
import { toAmount } from '../base/money.js';
import type { CounterEntry, CounterTuple, VoucherName } from '../ledger/offline-rows.js';
import { bytesToText } from './digest-text.js';
import type { Voucher } from './objects.js';

/** @returns the voucher as it is remembered. */
export const counterEntry = (
  voucher: Voucher,
  digest: Uint8Array,
  amount: bigint,
): CounterEntry => ({
  counter: voucher.counter,
  digest: bytesToText(digest),
  previous: bytesToText(voucher.previous),
  cumulative: toAmount(voucher.cumulative),
  amount: toAmount(amount),
});

/** @returns whether this very voucher is among the entries. */
export const isRemembered = (
  entries: readonly CounterEntry[],
  { digest }: Pick<CounterEntry, 'digest'>,
): boolean => entries.some((other) => other.digest === digest);

/** @returns the entries with one more, rising by counter. */
export function withEntry(
  entries: readonly CounterEntry[],
  entry: CounterEntry,
): readonly CounterEntry[] {
  const before = entries.findLastIndex(({ counter }) => counter <= entry.counter);
  return entries.toSpliced(before + 1, 0, entry);
}

/** @returns how rows name the voucher. */
export const voucherName = ({ counter, digest }: CounterEntry): VoucherName => [counter, digest];

/** @returns the entry as it stands in files and answers. */
export const storeEntry = ({
  counter,
  digest,
  previous,
  cumulative,
  amount,
}: CounterEntry): CounterTuple => [counter, digest, previous, cumulative, amount];

/** @returns the entry that was stored. */
export const restoreEntry = ([
  counter,
  digest,
  previous,
  cumulative,
  amount,
]: CounterTuple): CounterEntry => ({ counter, digest, previous, cumulative, amount });
