// SPDX-License-Identifier: Apache-2.0
// Rows of one customer and of one order number run in the order of the file.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded.js';
import type { Sourced } from '../input/read-rows.js';
import type { Order } from '../input/rows/order.js';
import { inTurns } from './in-turns.js';

fc.configureGlobal({ seed: SEED });

type Row = Pick<Sourced<Order>, 'line' | 'customerId' | 'merchantId' | 'orderNumber'>;

const rowsOf = (named: readonly (readonly [customer: number, order: number])[]): Row[] =>
  named.map(([customer, order], index) => ({
    line: index + 2,
    customerId: `customer-${customer}`,
    merchantId: 'merchant-1',
    orderNumber: `ORD-${order}`,
  }));

const turns = (rows: readonly Row[]): readonly (readonly Row[])[] =>
  inTurns(
    rows.map((row) => ({ ...row, file: 'orders.csv', codeDelaySeconds: 0 }) as Sourced<Order>),
  );

test('puts one order number of two customers into one group, in the order of the file', () => {
  const groups = turns(
    rowsOf([
      [1, 1],
      [2, 2],
      [3, 1],
      [3, 3],
    ]),
  );
  expect(groups.map((group) => group.map(({ line }) => line))).toEqual([[2, 4, 5], [3]]);
});

test('returns each row once, and rows that share something in one group, in file order', () => {
  const named = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 12 })), { maxLength: 40 });
  fc.assert(
    fc.property(named, (shops) => {
      const rows = rowsOf(shops);
      const groups = turns(rows);
      const lines = groups.map((group) => group.map(({ line }) => line));
      expect(lines.flat().sort((a, b) => a - b)).toEqual(rows.map(({ line }) => line));
      for (const group of lines) expect(group).toEqual([...group].sort((a, b) => a - b));
      for (const field of ['customerId', 'orderNumber'] as const)
        for (const value of new Set(rows.map((row) => row[field])))
          expect(groups.filter((group) => group.some((row) => row[field] === value))).toHaveLength(
            1,
          );
    }),
  );
});
