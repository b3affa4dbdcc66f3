// SPDX-License-Identifier: Apache-2.0
import { readable } from './answer.js';

test('puts scalars in a column after their names', () => {
  expect(readable({ state: 'captured', replayed: false, attempts: 3, by: null })).toBe(
    ['state     captured', 'replayed  false', 'attempts  3', 'by        -'].join('\n'),
  );
});

test('puts a list of scalars on one line, and shows an empty list', () => {
  expect(readable({ units: ['14', '15'], missing: [] })).toBe('units    14, 15\nmissing  -');
});

test('makes a table of entries with the same fields', () => {
  const couriers = [
    { courierId: 'courier-1', fee: '450' },
    { courierId: 'courier-22', fee: '7' },
  ];
  expect(readable({ couriers })).toBe(
    ['couriers', '  courierId   fee', '  courier-1   450', '  courier-22  7'].join('\n'),
  );
});

test('indents the rest', () => {
  expect(readable({ at: 1, hold: { authorised: '10', captures: { 'claim-1': '4' } } })).toBe(
    ['at  1', 'hold', '  authorised  10', '  captures', '    claim-1  4'].join('\n'),
  );
});

test('separates entries with different fields', () => {
  expect(readable([{ a: { b: 1 } }, { a: { b: 2 } }])).toBe('a\n  b  1\n\na\n  b  2');
});

test.each([
  ['text', 'text'],
  [7n, '7'],
  [null, '-'],
  [{}, ''],
  [[], ''],
])('%p alone', (value, text) => {
  expect(readable(value)).toBe(text);
});
