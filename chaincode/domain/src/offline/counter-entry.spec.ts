// SPDX-License-Identifier: Apache-2.0
// How vouchers are remembered, named and stored.
import type { CounterEntry } from '../ledger/offline-rows';
import { isRemembered, restoreEntry, storeEntry, voucherName, withEntry } from './counter-entry';

const entry = (counter: number): CounterEntry => ({
  counter,
  digest: `digest-${counter}`,
  previous: `digest-${counter - 1}`,
  cumulative: String(counter * 10),
  amount: '10',
});

const remembered = [5, 2, 64, 1].map(entry).reduce<readonly CounterEntry[]>(withEntry, []);

it('entries are in order of counters', () => {
  expect(remembered.map(({ counter }) => counter)).toEqual([1, 2, 5, 64]);
});

it('a voucher is remembered by its digest', () => {
  expect(isRemembered(remembered, entry(5))).toBe(true);
  expect(isRemembered(remembered, { ...entry(5), digest: 'other' })).toBe(false);
});

it('rows, files and answers have the same order of fields', () => {
  const tuple = [2, 'digest-2', 'digest-1', '20', '10'] as const;
  expect(storeEntry(entry(2))).toEqual(tuple);
  expect(restoreEntry(tuple)).toEqual(entry(2));
  expect(voucherName(entry(2))).toEqual([2, 'digest-2']);
});
