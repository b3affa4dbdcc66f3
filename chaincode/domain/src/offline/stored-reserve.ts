// SPDX-License-Identifier: Apache-2.0
// The stored form of a reserve. The row names each voucher and is written with every batch. So a voucher that follows from
// the previous one is stored only as its digest and amount: the rest follows from these.
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

/** Takes the place of the voucher before the first. */
const BEFORE_FIRST: CounterEntry = {
  counter: 0,
  digest: bytesToText(NO_VOUCHER),
  previous: '',
  cumulative: '0',
  amount: '0',
};

/** The next voucher of the chain, with this digest and amount. */
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

/** @returns the reserve with its entries, in order of counters, in their short form. */
export const storeReserve = (reserve: ReserveRow): StoredReserve => ({
  ...reserve,
  counters: reserve.counters.map((entry, index, all) =>
    stored(entry, all[index - 1] ?? BEFORE_FIRST),
  ),
});

/** @returns the reserve from its stored form. */
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
