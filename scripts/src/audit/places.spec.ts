// SPDX-License-Identifier: Apache-2.0
import { parsePlace, rangeOf } from './places.js';

test.each([
  ['0', { block: 0 }],
  ['434', { block: 434 }],
  ['2026-11-30T15:00:00Z', { second: 1796050800 }],
  ['2026-11-30', { second: 1795996800 }],
])('%s is a place on the ledger', (text, place) => expect(parsePlace(text)).toEqual(place));

test.each(['-1', '1.5', 'yesterday', '2026-13-40', '99999999999', ''])('%j is none', (text) =>
  expect(() => parsePlace(text)).toThrow('Write the number of a block'),
);

test('blocks and times may be mixed', () => {
  expect(rangeOf({ block: 3 }, { second: 9 })).toEqual({ from: 3, until: 9 });
  expect(rangeOf({ second: 3 }, { block: 9 })).toEqual({ since: 3, to: 9 });
  expect(rangeOf(undefined, undefined)).toEqual({});
});
