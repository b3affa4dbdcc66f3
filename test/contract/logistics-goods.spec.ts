// SPDX-License-Identifier: Apache-2.0
// Who may move which goods: a courier the pieces of the orders that it carries, the company's office whatever stands in its places.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { addressesOf, GOODS, MERCHANT } from '@fabric-offline-pay/testing';
import { holdAddresses } from '../../network/nodes/logistics/src/addresses/hold-addresses.js';
import type { Caller } from '../../network/nodes/logistics/src/context.js';
import type {
  LogisticsDatabase,
  LogisticsTables,
} from '../../network/nodes/logistics/src/database/schema.js';
import { deliver } from '../../network/nodes/logistics/src/deliveries/deliver.js';
import { pickUp } from '../../network/nodes/logistics/src/deliveries/pick-up.js';
import {
  findGoods,
  moveGoods,
  recordPlace,
  type Move,
} from '../../network/nodes/logistics/src/goods/move-goods.js';
import { quoteOrder } from '../../network/nodes/logistics/src/quotes/quote-order.js';
import { openOffice, withOffice, type LogisticsOffice } from '../support/logistics-office.js';
import { OneOrder } from '../support/one-order.js';

const COURIER = 'courier-cheap';
const dispatcher: Caller = { name: 'dispatcher-1', role: 'dispatcher' };
const courier: Caller = { name: COURIER, role: 'courier' };
const shop: Caller = { name: MERCHANT, role: 'shop-channel' };
const { gtin, location } = GOODS.charger;

let db: LogisticsDatabase;
let order: OneOrder;
let key: OrderKey;
let office: LogisticsOffice;

withOffice(
  async (room) => {
    ({ order, db } = room);
    ({ key } = order);
    office = await openOffice({ ...room, alerts: { late: () => Promise.resolve() } });
    for (const placeId of ['hub', 'van'])
      await recordPlace(office.context, { placeId, location, active: true });
  },
  () => office.work.close(),
);

/** Two chargers of the customer's order, paid. */
async function bought(): Promise<void> {
  await holdAddresses(office.context, key, addressesOf(key.orderNumber));
  await order.buy('express');
  await office.settle();
}

let moves = 0;

/** One charger comes to the hub, unless told. */
const moved = (caller: Caller, change: Partial<Move>) =>
  moveGoods(office.context, caller, {
    ...{ moveId: `M-${++moves}`, merchantId: MERCHANT, gtin, quantity: 1 },
    ...{ from: null, to: 'hub', orderNumber: null },
    ...change,
  });

const { orderNumber } = { orderNumber: 'ORD-1' };
const fetched = { from: 'hub', to: 'van', orderNumber } as const;

const stock = async () => (await findGoods(office.context, MERCHANT, gtin)).stock;

test('a courier draws as many pieces as were ordered, and carries those on', async () => {
  await bought();
  await moved(dispatcher, { quantity: 10 });
  await moved(courier, { ...fetched, quantity: 2 });
  const more = { code: 'GOODS_NOT_ASSIGNED', field: 'quantity' };
  await expect(moved(courier, fetched)).rejects.toMatchObject(more);
  await expect(moved(courier, { to: 'van', orderNumber })).rejects.toMatchObject(more);
  const laptop = moved(courier, { to: 'van', orderNumber, gtin: GOODS.laptop.gtin });
  await expect(laptop).rejects.toMatchObject(more);
  await moved(courier, { from: 'van', to: 'hub', orderNumber });
  await moved(courier, fetched);
  await moved(courier, { from: 'van', to: null, quantity: 2, orderNumber });
  expect(await stock()).toEqual([{ placeId: 'hub', quantity: 8 }]);
});

test('of two moves at the same time that draw too much, one is recorded', async () => {
  await bought();
  await moved(dispatcher, { quantity: 10 });
  const both = [1, 2].map(() => moved(courier, { ...fetched, quantity: 2 }));
  const results = await Promise.allSettled(both);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await stock()).toEqual([
    { placeId: 'hub', quantity: 8 },
    { placeId: 'van', quantity: 2 },
  ]);
});

test('a courier takes nothing that stands there for another order', async () => {
  await bought();
  await moved(dispatcher, { quantity: 2, orderNumber: 'ORD-2' });
  await moved(dispatcher, { quantity: 1 });
  await moved(courier, fetched);
  const enough = { code: 'NOT_ENOUGH_GOODS', field: 'from' };
  await expect(moved(courier, fetched)).rejects.toMatchObject(enough);
  await moved(dispatcher, { orderNumber });
  await moved(courier, fetched);
  expect(await stock()).toEqual([
    { placeId: 'hub', quantity: 2 },
    { placeId: 'van', quantity: 2 },
  ]);
});

test('a courier moves nothing after the delivery, a repetition is answered, and the office moves on', async () => {
  await bought();
  const brought = { moveId: 'M-own', to: 'van', quantity: 2, orderNumber };
  await moved(courier, brought);
  await pickUp(office.context, courier, key);
  await deliver(office.context, courier, key);
  const late = moved(courier, { from: 'van', to: 'hub', orderNumber });
  await expect(late).rejects.toMatchObject({ code: 'STATE_CONFLICT', field: 'orderNumber' });
  expect(await moved(courier, brought)).toEqual({ replayed: true });
  expect(await moved(dispatcher, { from: 'van', orderNumber })).toEqual({ replayed: false });
});

test('a place holds a bounded number of pieces', async () => {
  await moved(dispatcher, { quantity: 1_000_000 });
  const full = { code: 'PLACE_FULL', field: 'to' };
  await expect(moved(dispatcher, {})).rejects.toMatchObject(full);
});

/** How many rows each table has. */
async function rowCounts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, schema } of await db.introspection.getTables()) {
    if (schema !== 'public') continue;
    const rows = await db
      .selectFrom(name as keyof LogisticsTables)
      .selectAll()
      .execute();
    counts[name] = rows.length;
  }
  return counts;
}

test('a quote that the ledger refuses leaves nothing behind, however often a shop asks', async () => {
  const loginId = await order.world.login(order.device);
  const { basket, addresses } = order.world.purchase(order.device, loginId, { orderNumber: 'Q-1' });
  await office.settle();
  const before = await rowCounts();
  const lines = basket.lines.map((line) => ({ ...line, gtin: GOODS.laptop.gtin }));
  for (const number of ['Q-1', 'Q-2', 'Q-3']) {
    const asked = { basket: { ...basket, orderNumber: number, lines }, book: addresses };
    await expect(quoteOrder(office.context, shop, asked)).rejects.toMatchObject({
      code: 'GOODS_DIGEST_MISMATCH',
    });
  }
  await office.settle();
  expect(await rowCounts()).toEqual(before);
});
