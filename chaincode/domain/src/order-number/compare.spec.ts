// SPDX-License-Identifier: Apache-2.0
// Unit 13: three statements of one order, for each field and each party.
import fc from 'fast-check';
import { itemRound } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import type { Party, Statement } from '../ledger/order-shapes';
import { TERMS } from '../transactions/examples';
import { compareStatements, customerStatement, type Statements } from './compare';

fc.configureGlobal({ seed: SEED });

const A = '4006381333931';
const B = '5901234123457';
const STATEMENT: Statement = {
  orderNumber: 'ORD-1001',
  lines: [
    { gtin: A, quantity: 2 },
    { gtin: B, quantity: 1 },
  ],
  goodsTotal: '2500',
  currency: 'EUR',
};
const PARTIES: readonly Party[] = ['customer', 'merchant', 'logistics'];
const EQUAL: Statements = { customer: STATEMENT, merchant: STATEMENT, logistics: STATEMENT };
const but = (party: Party, changes: Partial<Statement>): Statements => ({
  ...EQUAL,
  [party]: { ...STATEMENT, ...changes },
});

it("the customer's statement has the signed values", () => {
  expect(customerStatement(TERMS)).toEqual({
    orderNumber: TERMS.orderNumber,
    lines: [{ gtin: TERMS.lines[0]?.gtin, quantity: 2 }],
    goodsTotal: '2500',
    currency: 'EUR',
  });
});

describe('statements agree', () => {
  it('when they are equal', () => expect(compareStatements(EQUAL)).toEqual([]));

  it.each(PARTIES)('for any order of the lines of the %s', (party) => {
    expect(compareStatements(but(party, { lines: STATEMENT.lines.toReversed() }))).toEqual([]);
  });

  it.each(PARTIES)('when the %s has the same goods on two lines', (party) => {
    const lines = [
      { gtin: A, quantity: 1 },
      { gtin: B, quantity: 1 },
      { gtin: A, quantity: 1 },
    ];
    expect(compareStatements(but(party, { lines }))).toEqual([]);
  });

  it('when the waybill has its own number, which only logistics knows', () => {
    expect(compareStatements(but('logistics', { waybill: 'WB-1001' }))).toEqual([]);
  });
});

describe.each(PARTIES)('a difference of the %s', (party) => {
  it.each([
    ['orderNumber', 'ORD-1002', 'ORD-1001'],
    ['currency', 'USD', 'EUR'],
    ['goodsTotal', '2501', '2500'],
  ])('in %s is named, with the value of each party', (field, other, usual) => {
    const values = { customer: usual, merchant: usual, logistics: usual, [party]: other };
    expect(compareStatements(but(party, { [field]: other }))).toEqual([{ field, values }]);
  });

  it('in a quantity is named by the goods', () => {
    const lines = [
      { gtin: A, quantity: 3 },
      { gtin: B, quantity: 1 },
    ];
    expect(compareStatements(but(party, { lines }))).toEqual([
      { field: `quantity.${A}`, values: { customer: 2, merchant: 2, logistics: 2, [party]: 3 } },
    ]);
  });

  it('in left-out goods is null, not zero', () => {
    expect(compareStatements(but(party, { lines: [{ gtin: A, quantity: 2 }] }))).toEqual([
      { field: `quantity.${B}`, values: { customer: 1, merchant: 1, logistics: 1, [party]: null } },
    ]);
  });

  it('in goods that nobody else names is found too', () => {
    const extra = '9780306406157';
    const lines = [...STATEMENT.lines, { gtin: extra, quantity: 9 }];
    expect(compareStatements(but(party, { lines }))).toEqual([
      {
        field: `quantity.${extra}`,
        values: { customer: null, merchant: null, logistics: null, [party]: 9 },
      },
    ]);
  });
});

it('all differences are named at once, in a fixed order', () => {
  const strange = { orderNumber: 'X', currency: 'USD', goodsTotal: '1', lines: [] };
  expect(compareStatements(but('merchant', strange)).map((entry) => entry.field)).toEqual([
    'orderNumber',
    'currency',
    `quantity.${A}`,
    `quantity.${B}`,
    'goodsTotal',
  ]);
});

it('three statements that all differ give one difference per field', () => {
  const three = {
    ...but('merchant', { goodsTotal: '1' }),
    customer: { ...STATEMENT, goodsTotal: '2' },
  };
  expect(compareStatements(three)).toEqual([
    { field: 'goodsTotal', values: { customer: '2', merchant: '1', logistics: '2500' } },
  ]);
});

it('splitting and shuffling lines never makes a difference; one piece more always does', () => {
  const line = fc.record({
    gtin: fc.constantFrom(A, B, '9780306406157'),
    quantity: fc.integer({ min: 2, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.nat(), (lines, pick) => {
      const split = lines.flatMap(({ gtin, quantity }) => [
        { gtin, quantity: quantity - 1 },
        { gtin, quantity: 1 },
      ]);
      const agreed = { ...STATEMENT, lines };
      const same = {
        customer: agreed,
        merchant: agreed,
        logistics: { ...agreed, lines: split.reverse() },
      };
      expect(compareStatements(same)).toEqual([]);
      const { gtin } = itemRound(lines, pick);
      const more = { ...agreed, lines: [...lines, { gtin, quantity: 1 }] };
      const fields = compareStatements({ ...same, merchant: more }).map((entry) => entry.field);
      expect(fields).toEqual([`quantity.${gtin}`]);
    }),
  );
});
