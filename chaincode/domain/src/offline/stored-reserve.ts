// SPDX-License-Identifier: Apache-2.0
// A reserve as it stands in its row. The row names each voucher and is written with every batch, so that a voucher that
// follows from the one before it is stored as its digest and amount only: the rest can be told from these.
import { toAmount, toUnits } from '../base/money.js';
import type {
  CounterEntry,
  ReserveRow,
  StoredCounterEntry,
  StoredReserve,
} from '../ledger/offline-rows.js';
import { bytesToText } from './digest-text.js';
import { NO_VOUCHER } from './voucher.js';

/** What stands for the voucher before the first. */
const BEFORE_FIRST: CounterEntry = [0, bytesToText(NO_VOUCHER), '', '0', '0'];

/** The next voucher of the chain, when these are its digest and amount. */
const following = (before: CounterEntry, digest: string, amount: string): CounterEntry => [
  before[0] + 1,
  digest,
  before[1],
  toAmount(toUnits(before[3]) + toUnits(amount)),
  amount,
];

function stored(entry: CounterEntry, before: CounterEntry): StoredCounterEntry {
  const [counter, digest, previous, cumulative, amount] = entry;
  if (counter !== before[0] + 1 || previous !== before[1]) return entry;
  return following(before, digest, amount)[3] === cumulative ? [digest, amount] : entry;
}

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
      entry.length === 2 ? following(counters.at(-1) ?? BEFORE_FIRST, ...entry) : entry,
    );
  return { ...row, counters };
}
