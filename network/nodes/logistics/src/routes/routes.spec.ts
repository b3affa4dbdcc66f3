// SPDX-License-Identifier: Apache-2.0
// Dispatchers who plan at the same time: a route is what one of them said, whole.
import { testPlace } from '../../../common/src/testing/test-place.js';
import type { Caller, LogisticsContext } from '../context.js';
import { openLogisticsDatabase, type LogisticsDatabase } from '../database/schema.js';
import { rulesSchema } from '../rules.js';
import { planRoute, readRoute } from './routes.js';

const MERCHANT = 'm-1';
const ROUTE = { day: '2027-01-15', courierId: 'c-1' };
const dispatcher: Caller = { name: 'dispatcher-1', role: 'dispatcher' };
const ORDERS = Array.from({ length: 20 }, (_, place) => `ORD-${place + 10}`);

/** Chance decides how far one is when the other begins. */
const ROUNDS = 10;

let db: LogisticsDatabase;

beforeAll(async () => {
  db = await openLogisticsDatabase(await testPlace());
  const times = { deliver_by: null, picked_up_at: null, delivered_at: null, ended_at: null };
  await db
    .insertInto('waybills')
    .values(
      ORDERS.map((orderNumber) => ({
        ...{ merchant_id: MERCHANT, order_number: orderNumber, courier_id: ROUTE.courierId },
        ...{ waybill: orderNumber, currency: 'EUR', fee: '100', fee_released: '0' },
        ...{ address_ref: 'home', addresses_digest: 'd', placed_at: 1_800_000_000 },
        ...{ state: 'authorised', delivery: 'none', fee_captured_at: 1_800_000_000 },
        ...{ hold_expires_at: null, purged_at: null, ...times },
      })) as never,
    )
    .execute();
});
afterAll(() => db.destroy());

const context = (): Pick<LogisticsContext, 'db' | 'rules'> => ({
  db,
  rules: { ...rulesSchema.parse({}), logisticsId: 'l-1', mspId: 'LogisticsMSP' },
});

const stops = (orders: readonly string[]) =>
  orders.map((orderNumber) => ({ merchantId: MERCHANT, orderNumber }));

const readOrders = async () =>
  (await readRoute(context(), ROUTE)).stops.map(({ orderNumber }) => orderNumber);

test('of two plans of a day at the same time, one replaces the other', async () => {
  const plans = [ORDERS.slice(0, 10), ORDERS.slice(10)];
  for (let round = 0; round < ROUNDS; round += 1) {
    await planRoute(context(), dispatcher, ROUTE, []);
    await Promise.all(
      plans.map((orders) => planRoute(context(), dispatcher, ROUTE, stops(orders))),
    );
    expect(plans).toContainEqual(await readOrders());
  }
});

test('of two days that take the same orders from each other, the later one has them', async () => {
  const other = { ...ROUTE, day: '2027-01-16' };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const route of [ROUTE, other]) await planRoute(context(), dispatcher, route, []);
    await Promise.all([
      planRoute(context(), dispatcher, ROUTE, stops(ORDERS)),
      planRoute(context(), dispatcher, other, stops(ORDERS.toReversed())),
    ]);
    const both = await Promise.all([ROUTE, other].map((route) => readRoute(context(), route)));
    expect(both.map(({ stops: { length } }) => length).sort()).toEqual([0, ORDERS.length]);
  }
});
