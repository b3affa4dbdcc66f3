// SPDX-License-Identifier: Apache-2.0
// A voucher, as its reserve on the ledger and the accepting terminals remember it.
import { toAmount } from '../base/money.js';
import type { CounterEntry, CounterTuple, VoucherName } from '../ledger/offline-rows.js';
import { bytesToText } from './digest-text.js';
import type { Voucher } from './objects.js';

/** @returns the entry that remembers the voucher. */
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

/** @returns whether exactly this voucher is among the entries. */
export const isRemembered = (
  entries: readonly CounterEntry[],
  { digest }: Pick<CounterEntry, 'digest'>,
): boolean => entries.some((other) => other.digest === digest);

/** @returns the entries with one more, in order of counters. */
export function withEntry(
  entries: readonly CounterEntry[],
  entry: CounterEntry,
): readonly CounterEntry[] {
  const before = entries.findLastIndex(({ counter }) => counter <= entry.counter);
  return entries.toSpliced(before + 1, 0, entry);
}

/** @returns the name of the voucher in rows. */
export const voucherName = ({ counter, digest }: CounterEntry): VoucherName => [counter, digest];

/** @returns the entry in the form of files and answers. */
export const storeEntry = ({
  counter,
  digest,
  previous,
  cumulative,
  amount,
}: CounterEntry): CounterTuple => [counter, digest, previous, cumulative, amount];

/** @returns the stored entry. */
export const restoreEntry = ([
  counter,
  digest,
  previous,
  cumulative,
  amount,
]: CounterTuple): CounterEntry => ({ counter, digest, previous, cumulative, amount });
