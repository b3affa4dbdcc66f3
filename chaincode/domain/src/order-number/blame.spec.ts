// SPDX-License-Identifier: Apache-2.0
// Whom a mismatch counts against, with random statements.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import type { Party, Statement } from '../ledger/order-shapes';
import { blamedFor } from './blame';
import { compareStatements } from './compare';

fc.configureGlobal({ seed: SEED });

const PARTIES: readonly Party[] = ['customer', 'merchant', 'logistics'];
const party = fc.constantFrom(...PARTIES);
const statement: fc.Arbitrary<Statement> = fc.record({
  orderNumber: fc.constantFrom('A', 'B', 'C'),
  currency: fc.constantFrom('EUR', 'CNY'),
  goodsTotal: fc.constantFrom('1', '2', '3'),
  lines: fc.array(
    fc.record({ gtin: fc.constantFrom('g', 'h'), quantity: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 3 },
  ),
});
const blamed = (statements: Record<Party, Statement>): Party[] =>
  blamedFor(compareStatements(statements));

test('nobody, when all agree', () => {
  fc.assert(
    fc.property(statement, (same) => {
      expect(blamed({ customer: same, merchant: same, logistics: same })).toEqual([]);
    }),
  );
});

test('only the party whose statement differs, when the other two agree in everything', () => {
  fc.assert(
    fc.property(statement, statement, party, (same, other, alone) => {
      const statements = { customer: same, merchant: same, logistics: same, [alone]: other };
      const differ = compareStatements(statements).length > 0;
      expect(blamed(statements)).toEqual(differ ? [alone] : []);
    }),
  );
});

test('nobody for a field in which all three differ', () => {
  const of = (goodsTotal: string): Statement => ({
    orderNumber: 'A',
    currency: 'EUR',
    lines: [],
    goodsTotal,
  });
  const statements = { customer: of('1'), merchant: of('2'), logistics: of('3') };
  expect(compareStatements(statements)).toHaveLength(1);
  expect(blamed(statements)).toEqual([]);
});

test('a party is blamed exactly when it stands alone in a field', () => {
  fc.assert(
    fc.property(statement, statement, statement, (customer, merchant, logistics) => {
      const statements = { customer, merchant, logistics };
      const alone = compareStatements(statements).flatMap(({ values }) =>
        PARTIES.filter(
          (each) =>
            PARTIES.filter((other) => values[other] === values[each]).length === 1 &&
            new Set(PARTIES.map((other) => values[other])).size === 2,
        ),
      );
      expect(new Set(blamed(statements))).toEqual(new Set(alone));
    }),
  );
});

test('nobody for goods whose registration changed', () => {
  const values = { picked: '1', registered: '2' };
  expect(blamedFor([{ field: '4006381333948.price', values }])).toEqual([]);
});
