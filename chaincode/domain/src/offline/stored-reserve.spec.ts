// SPDX-License-Identifier: Apache-2.0
// A stored reserve is restored unchanged, for any settled vouchers in any order.
import * as fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { newDevice, openReserveOf } from '../../../../test/support/offline-world';
import type { CounterEntry } from '../ledger/offline-rows';
import { restoreEntry, storeEntry, withEntry } from './counter-entry';
import { restoreReserve, storeReserve } from './stored-reserve';

fc.configureGlobal({ seed: SEED });

const reserve = openReserveOf(newDevice());
const digest = (letter: string): string => letter.repeat(43);
const ZEROS = digest('A');

const FIRST = restoreEntry([1, digest('B'), ZEROS, '100', '100']);
const SECOND = restoreEntry([2, digest('C'), digest('B'), '350', '250']);
const FOURTH = restoreEntry([4, digest('E'), digest('D'), '500', '50']);

const storedOf = (...counters: CounterEntry[]) => storeReserve({ ...reserve, counters }).counters;

test('a voucher that follows from the previous one is stored as its digest and amount', () => {
  expect(storedOf(FIRST, SECOND)).toEqual([
    [digest('B'), '100'],
    [digest('C'), '250'],
  ]);
});

test.each<[string, CounterEntry[], CounterEntry]>([
  ['after a gap', [FIRST, SECOND], FOURTH],
  ['without the first', [], SECOND],
  ['whose previous digest is another', [FIRST], { ...SECOND, previous: digest('X') }],
  ['whose sum rose by more than its amount', [FIRST], { ...SECOND, cumulative: '360' }],
])('a voucher %s is stored whole', (_, before, entry) => {
  expect(storedOf(...before, entry).at(-1)).toEqual(storeEntry(entry));
});

const letters = fc.constantFrom('A', 'B', 'C', 'D').map(digest);
const amounts = fc.integer({ min: 1, max: 4 }).map((amount) => amount.toString());
const entries: fc.Arbitrary<CounterEntry> = fc.record({
  counter: fc.integer({ min: 1, max: 8 }),
  digest: letters,
  previous: letters,
  cumulative: amounts,
  amount: amounts,
});

test('any stored reserve is restored unchanged', () => {
  const lists = fc.uniqueArray(entries, { selector: ({ counter }) => counter, maxLength: 8 });
  fc.assert(
    fc.property(lists, (list) => {
      const counters = list.reduce<readonly CounterEntry[]>(withEntry, []);
      const row = { ...reserve, counters };
      const stored = JSON.parse(JSON.stringify(storeReserve(row))) as ReturnType<
        typeof storeReserve
      >;
      expect(restoreReserve(stored)).toEqual(row);
    }),
  );
});
