// SPDX-License-Identifier: Apache-2.0
// A reserve as it stands in its row. The row names each voucher and is written with every batch, so that a voucher that
// follows from the one before it is stored as its digest and amount only: the rest can be told from these.
import { addAmounts, type Amount } from '../base/money.js';
import type {
  CounterEntry,
  ReserveRow,
  StoredCounterEntry,
  StoredReserve,
} from '../ledger/offline-rows.js';
import { restoreEntry, storeEntry } from './counter-entry.js';
import { bytesToText } from './digest-text.js';
import { NO_VOUCHER } from './voucher.js';

/** What stands for the voucher before the first. */
const BEFORE_FIRST: CounterEntry = {
  counter: 0,
  digest: bytesToText(NO_VOUCHER),
  previous: '',
  cumulative: '0',
  amount: '0',
};

/** The next voucher of the chain, when these are its digest and amount. */
const following = (before: CounterEntry, digest: string, amount: Amount): CounterEntry => ({
  counter: before.counter + 1,
  digest,
  previous: before.digest,
  cumulative: addAmounts(before.cumulative, amount),
  amount,
});

const follows = (entry: CounterEntry, before: CounterEntry): boolean =>
  entry.counter === before.counter + 1 &&
  entry.previous === before.digest &&
  entry.cumulative === addAmounts(before.cumulative, entry.amount);

const stored = (entry: CounterEntry, before: CounterEntry): StoredCounterEntry =>
  follows(entry, before) ? [entry.digest, entry.amount] : storeEntry(entry);

/** @returns the reserve with its entries, which rise by counter, in their short form. */
export const storeReserve = (reserve: ReserveRow): StoredReserve => ({
  ...reserve,
  counters: reserve.counters.map((entry, index, all) =>
    stored(entry, all[index - 1] ?? BEFORE_FIRST),
  ),
});

/** @returns the reserve that was stored. */
export function restoreReserve(row: StoredReserve): ReserveRow {
  const counters: CounterEntry[] = [];
  for (const entry of row.counters)
    counters.push(
      entry.length === 2
        ? following(counters.at(-1) ?? BEFORE_FIRST, ...entry)
        : restoreEntry(entry),
    );
  return { ...row, counters };
}
