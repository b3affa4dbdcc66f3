// SPDX-License-Identifier: Apache-2.0
// A waybill is paired by its order number, else by what it carries.
import { orderPairKey, pairWaybills } from './pair-waybills.js';
import type { Waybill } from './rows/waybill.js';

const order = (orderNumber: string, gtin = '4006381333931', merchantId = 'm-1') => ({
  merchantId,
  orderNumber,
  lines: [{ gtin, quantity: 2, unitPrice: '100' }],
});
const waybill = (id: string, orderNumber: string, quantity = 2, merchantId = 'm-1'): Waybill => ({
  waybill: id,
  logisticsId: 'l-1',
  orderNumber,
  merchantId,
  lines: [{ gtin: '4006381333931', quantity }],
  declaredValue: '200',
  currency: 'EUR',
});
const pairs = (...parameters: Parameters<typeof pairWaybills>) =>
  [...pairWaybills(...parameters)].map(([key, { waybill: id }]) => `${key} ${id}`);

it('pairs by merchant and order number, whatever the quantity', () => {
  expect(
    pairs([order('O-1')], [waybill('W-2', 'O-1', 9, 'm-2'), waybill('W-1', 'O-1', 3)]),
  ).toEqual(['m-1/O-1 W-1']);
});

it('gives an order without waybill the stray one that carries its goods', () => {
  const strays = [
    waybill('W-1', 'O-12', 3),
    waybill('W-2', 'O-12', 2, 'm-2'),
    waybill('W-3', 'O-12'),
    waybill('W-4', 'O-2'),
  ];
  expect(pairs([order('O-21'), order('O-2')], strays)).toEqual(['m-1/O-2 W-4', 'm-1/O-21 W-3']);
});

it('gives a stray waybill away once, and leaves an order without when nothing fits', () => {
  expect(pairs([order('O-21'), order('O-22')], [waybill('W-1', 'O-12')])).toEqual(['m-1/O-21 W-1']);
});

it('files orders by merchant and number', () => {
  expect(orderPairKey(order('O-1'))).toBe('m-1/O-1');
});
