// SPDX-License-Identifier: Apache-2.0
import { numberOf, wholeNumber } from './numbers.js';

const NO_NUMBERS = [
  '',
  ' ',
  ' 5',
  '5 ',
  '0x10',
  '0b1',
  '05',
  '+5',
  '1_000',
  '5.',
  'NaN',
  '५',
  '5\n',
];

test.each(NO_NUMBERS)('%j is no number', (text) => {
  expect([numberOf(text), wholeNumber(text, { least: 0 })]).toEqual([undefined, undefined]);
});

test.each([
  ['0', 0],
  ['-7', -7],
  ['7.5', 7.5],
  ['5e2', 500],
])('%j is a number as JSON writes it', (text, number) => {
  expect(numberOf(text)).toBe(number);
});

test.each(['7.0', '5e2', '-0', '1.5', '-1', '101', '9'.repeat(400)])(
  '%j is no whole number from 0 to 100',
  (text) => {
    expect(wholeNumber(text, { least: 0, most: 100 })).toBeUndefined();
  },
);

test.each([
  ['0', 0],
  ['100', 100],
])('%j is one', (text, number) => {
  expect(wholeNumber(text, { least: 0, most: 100 })).toBe(number);
});

test('no whole number is one that a double cannot hold', () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(wholeNumber(most.toString(), { least: 1 })).toBe(most);
  expect(wholeNumber((BigInt(most) + 2n).toString(), { least: 1 })).toBeUndefined();
});
