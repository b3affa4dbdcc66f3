// SPDX-License-Identifier: Apache-2.0
// Whose money each row holds. That all of it adds up to the supply after every transaction of random lives is tried in test/property.
import { Holdings, sumsOf } from './liabilities.js';
import { pocketOf } from './pockets.js';

const ACCOUNT = {
  ...{ customerId: 'c-1', bankId: 'bank-1', status: 'active', blocks: 0, sessions: [] },
  money: {
    EUR: { available: '700', spent: [], sinceStepUp: [] },
    USD: { available: '0', spent: [], sinceStepUp: [] },
  },
};

const HOLD = {
  ...{ currency: 'EUR', authorised: '300', voided: '0', captured: '300', released: '60' },
  ...{ feeReleased: '0', refunded: '0', refundedHeld: '0', feeReturned: '0', fee: '50' },
  ...{ release: 'delivery', expiresAt: 9, deliverBy: 9, captures: { a: '300' }, refunds: {} },
};

const ORDER_KEY = { merchantId: 'm-1', orderNumber: 'o-1' };
const ORDER = { ...ORDER_KEY, customerId: 'c-1', bankId: 'bank-1', mode: 'express', hold: HOLD };
const TERMS = {
  terms: { ...ORDER_KEY, customerId: 'c-1', currency: 'EUR', total: '300' },
  ...{ bankId: 'bank-1', release: 'delivery' },
};

const RESERVE = {
  ...{ customerId: 'c-1', deviceId: 'd', epoch: 1, bankId: 'bank-1', currency: 'EUR' },
  ...{ funded: '90', settled: '40', returned: '10' },
};

const REGISTRY = {
  participants: [
    { mspId: 'L', role: 'logistics', actor: 'l-1', bankId: 'bank-2', status: 'active' },
    { mspId: 'B', role: 'bank', actor: 'bank-1', bankId: null, status: 'active' },
  ],
};

const ROWS: readonly (readonly [key: string, row: object])[] = [
  ['registry', REGISTRY],
  ['merchant/m-1', { merchantId: 'm-1', bankId: 'bank-1' }],
  ['account/c-1', ACCOUNT],
  ['terms/m-1/o-1', TERMS],
  ['order/m-1/o-1', ORDER],
  ['reserve/c-1/d/00000001', RESERVE],
  ['credit/m-1/EUR/0000000000005/m-1~o-0~x~merchant', { amount: '20', order: 'm-1~o-0' }],
  ['credit/l-1/EUR/0000000000005/m-1~o-0~x~logistics', { amount: '7', order: 'm-1~o-0' }],
  [
    'checkpoint/m-1/EUR',
    { payeeId: 'm-1', currency: 'EUR', balance: '1', withheld: '0', debts: [] },
  ],
  ['supply/bank-1/EUR/issue/i', { kind: 'issue', currency: 'EUR', amount: '9', account: 'c-1' }],
];

const holdingsOf = (rows: typeof ROWS): Holdings => {
  const holdings = new Holdings();
  for (const [key, row] of rows) holdings.put(key, row);
  return holdings;
};

const OWED = [
  { bankId: 'bank-1', currency: 'EUR', kind: 'customer', id: 'c-1', amount: '980' },
  { bankId: 'bank-1', currency: 'EUR', kind: 'payee', id: 'm-1', amount: '21' },
];

test('a customer has its account, what stands on holds, captured or not, and its reserves; a payee credits and checkpoint', () => {
  expect(holdingsOf(ROWS).of('bank-1')).toEqual(OWED);
  expect(sumsOf(OWED as never)).toEqual(new Map([['EUR', 1001n]]));
});

test('a payee is owed by the bank that pays it, whoever made the money', () => {
  expect(holdingsOf(ROWS).of('bank-2')).toEqual([
    { bankId: 'bank-2', currency: 'EUR', kind: 'payee', id: 'l-1', amount: '7' },
  ]);
});

test('all rows of a height say the same in any order', () => {
  expect(holdingsOf(ROWS.toReversed()).of('bank-1')).toEqual(OWED);
});

test('an order that holds nothing any more is not held by its terms again', () => {
  const ended = { ...ORDER, hold: { ...HOLD, released: '300' } };
  const holdings = holdingsOf([...ROWS, ['order/m-1/o-1', ended], ['terms/m-1/o-1', TERMS]]);
  expect(holdings.of('bank-1')[0]).toMatchObject({ amount: '740' });
});

test('an order without a hold, and a basket, hold nothing', () => {
  expect(pocketOf('order/m-1/o-1', { ...ORDER, hold: null })?.holds).toEqual([]);
  expect(pocketOf('terms/m-1/o-1', { basket: {}, bankId: 'bank-1' })).toBeUndefined();
  expect(pocketOf('terms/m-1/o-1', { ...TERMS, release: null })).toBeUndefined();
});

test('a credit that was rolled up is gone', () => {
  const holdings = holdingsOf(ROWS);
  holdings.put('credit/m-1/EUR/0000000000005/m-1~o-0~x~merchant', null);
  expect(holdings.of('bank-1')[1]).toMatchObject({ amount: '1' });
});

test.each(['supply/bank-1/EUR/issue/i', 'customer/c-1', 'toString/x'])('%s is no pocket', (key) => {
  expect(pocketOf(key, {})).toBeUndefined();
});
