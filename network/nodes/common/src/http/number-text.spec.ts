// SPDX-License-Identifier: Apache-2.0
import * as z from 'zod';
import { numberText } from './number-text.js';

const schema = numberText(z.int().min(0).max(500));

test.each([
  ['0', 0],
  ['0.0', 0],
  ['5e2', 500],
  [7, 7],
])('%j is a number', (given, number) => {
  expect(schema.parse(given)).toBe(number);
});

test.each(['', ' ', ' 5', '0x10', '05', '+5', '1_000', 'NaN', 'Infinity', '501', '1.5', null, []])(
  '%j is none',
  (given) => {
    expect(schema.safeParse(given).success).toBe(false);
  },
);

test('documents describe it as a number', () => {
  expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'integer', maximum: 500 });
});
