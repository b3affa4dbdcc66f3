// SPDX-License-Identifier: Apache-2.0
// The logistics company's node on the ledger in memory: what it carries, owes and earns, from blocks; what it does, by natural keys.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customerStatement, goodsTotalOf, type OrderKey } from '@fabric-offline-pay/domain';
import {
  addressesOf,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
} from '@fabric-offline-pay/testing';
import {
  eraseAddresses,
  holdAddresses,
  readAddress,
} from '../../network/nodes/logistics/src/addresses/hold-addresses.js';
import { purgeAddresses } from '../../network/nodes/logistics/src/addresses/purge-addresses.js';
import type { Alerts, LateAlert } from '../../network/nodes/logistics/src/alerts/alerts.js';
import { WebhookAlerts } from '../../network/nodes/logistics/src/alerts/webhook-alerts.js';
import type { Caller, LogisticsContext } from '../../network/nodes/logistics/src/context.js';
import {
  cancelPlan,
  planCourier,
  readCourier,
  registerDue,
} from '../../network/nodes/logistics/src/couriers/plan-couriers.js';
import type {
  LogisticsDatabase,
  LogisticsTables,
} from '../../network/nodes/logistics/src/database/schema.js';
import { deliver } from '../../network/nodes/logistics/src/deliveries/deliver.js';
import { pickUp } from '../../network/nodes/logistics/src/deliveries/pick-up.js';
import {
  closePayroll,
  listEarnings,
  listOwed,
  setShare,
} from '../../network/nodes/logistics/src/earnings/earnings.js';
import { readBooks } from '../../network/nodes/logistics/src/earnings/books.js';
import { moveGoods } from '../../network/nodes/logistics/src/goods/move-goods.js';
import type { LogisticsLedger } from '../../network/nodes/logistics/src/ledger.js';
import { listLate } from '../../network/nodes/logistics/src/lateness/list-late.js';
import { noticeLate } from '../../network/nodes/logistics/src/lateness/notice-late.js';
import {
  listPayouts,
  readMoney,
  requestDailyPayouts,
  requestPayout,
  sendPayoutRequest,
} from '../../network/nodes/logistics/src/payouts/payouts.js';
import { quoteOrder } from '../../network/nodes/logistics/src/quotes/quote-order.js';
import { listQuotes, quoteFigures } from '../../network/nodes/logistics/src/quotes/read-quotes.js';
import {
  listUnassigned,
  planRoute,
  readRoute,
} from '../../network/nodes/logistics/src/routes/routes.js';
import { logisticsWork } from '../../network/nodes/logistics/src/logistics-work.js';
import {
  Follower,
  type Work,
  type BlockSource,
  type DatabasePlace,
} from '@fabric-offline-pay/node-common/node';
import {
  listWaybills,
  readWaybill,
} from '../../network/nodes/logistics/src/waybills/read-waybills.js';
import { beside } from '../../network/nodes/common/src/testing/test-place.js';
import { pathFields } from '@fabric-offline-pay/node-common/client';
import { LOGISTICS_OPERATIONS } from '../../network/nodes/logistics/src/api/logistics-api.js';
import { LogisticsHouse } from '../../network/nodes/logistics/src/testing/logistics-house.js';
import { codeOf } from '../support/code-of.js';
import { runExpress, UnavailableError } from '@fabric-offline-pay/sdk';
import { defined } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import {
  FROM_BLOCKS,
  openOffice,
  withOffice,
  type LogisticsOffice,
  type OfficeRoom,
} from '../support/logistics-office.js';
import { OneOrder } from '../support/one-order.js';
import { passSeconds } from '../support/passing-time.js';

const DAY_SECONDS = 86_400;
const SECRET = deliverySecretOf('ORD-1');
/** The cheapest one that may carry chargers: the customer chooses it. */
const COURIER = 'courier-cheap';
const dispatcher: Caller = { name: 'dispatcher-1', role: 'dispatcher' };
const courier: Caller = { name: COURIER, role: 'courier' };
const other: Caller = { name: 'courier-dear', role: 'courier' };
const shop: Caller = { name: MERCHANT, role: 'shop-channel' };
const otherShop: Caller = { name: 'merchant-2', role: 'shop-channel' };
const ALL = { limit: 100 };

let room: OfficeRoom;
let order: OneOrder;
let key: OrderKey;
let place: DatabasePlace;
let db: LogisticsDatabase;
let work: Work<LogisticsTables>;
let blocks: BlockSource;
let context: LogisticsContext;
let settle: LogisticsOffice['settle'];
let alerts: LateAlert[];

/** Calls reach the ledger, and the first answer of each is lost, as when the node is killed while it waits. */
function forgetful(ledger: LogisticsLedger): LogisticsLedger {
  const lost = new Set<string>();
  const forgetting = <Given extends readonly unknown[], Output>(
    name: string,
    call: (...given: Given) => Promise<Output>,
  ) => {
    return async (...given: Given): Promise<Output> => {
      const answer = await call(...given);
      if (lost.has(name)) return answer;
      lost.add(name);
      throw new UnavailableError({});
    };
  };
  const { express, logistics, settlement } = ledger;
  return {
    ...ledger,
    express: { quote: forgetting('quote', express.quote) },
    logistics: {
      ...logistics,
      registerCouriers: forgetting('registerCouriers', logistics.registerCouriers),
      pickUp: forgetting('pickUp', logistics.pickUp),
      deliver: forgetting('deliver', logistics.deliver),
      purgeAddresses: forgetting('purgeAddresses', logistics.purgeAddresses),
      readAddress: logistics.readAddress,
    },
    settlement: { requestPayout: forgetting('requestPayout', settlement.requestPayout) },
  };
}

const collecting: Alerts = {
  late: (alert) => {
    alerts.push(alert);
    return Promise.resolve();
  },
};

async function start(receiver: Alerts = collecting): Promise<void> {
  const office = await openOffice({ ...room, alerts: receiver });
  ({ work, blocks, context, settle } = office);
}

withOffice(
  async (given) => {
    room = given;
    ({ order, db, place } = room);
    ({ key } = order);
    alerts = [];
    await start();
  },
  () => work.close(),
);

async function tables(): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of FROM_BLOCKS) {
    const rows = await db.selectFrom(table).selectAll().execute();
    all[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return all;
}

/** An order bought and paid, whose addresses the node has. */
async function bought(): Promise<void> {
  await holdAddresses(context, key, addressesOf(key.orderNumber));
  await order.buy('express');
  await settle();
}

async function delivered(): Promise<void> {
  await bought();
  await pickUp(context, courier, key);
  await deliver(context, courier, key, SECRET);
}

test.each(['express', 'stepwise'] as const)(
  'an order is followed from the quote to the proved delivery, %s',
  async (way) => {
    await holdAddresses(context, key, addressesOf(key.orderNumber));
    await order.buy(way);
    await settle();
    const { waybills } = await listWaybills(context, dispatcher, ALL);
    expect(waybills).toMatchObject([
      { ...key, waybill: 'WB-ORD-1', courierId: COURIER, delivery: 'awaiting', state: 'released' },
    ]);
    const picked = await pickUp(context, courier, key);
    expect(picked).toMatchObject({ delivery: 'pickedUp' });
    expect(await pickUp(context, courier, key)).toEqual(picked);
    expect(await deliver(context, courier, key)).toMatchObject({ delivery: 'deliveredUnproven' });
    expect(await deliver(context, courier, key, SECRET)).toMatchObject({ delivery: 'delivered' });
    expect(await deliver(context, courier, key, SECRET)).toMatchObject({ delivery: 'delivered' });
    expect(await readWaybill(context, courier, key)).toMatchObject({
      delivery: 'delivered',
      goods: [{ gtin: '4006381333948', quantity: 2, weightGrams: 200 }],
    });
    const { quotes } = await listQuotes(context, ALL);
    expect(quotes).toMatchObject([{ ...key, outcome: 'won', courierId: COURIER }]);
  },
);

test('a second reading of the ledger makes the same tables, and pays nobody again', async () => {
  await delivered();
  await order.rollUp();
  await settle();
  const before = await tables();
  const entries = await db.selectFrom('courier_entries').selectAll().orderBy('entry_id').execute();
  expect(entries).toHaveLength(2);
  await work.close();
  // With another share, an entry that was made again would differ.
  await setShare(context, dispatcher, COURIER, 1);
  const { projections } = logisticsWork(context);
  await new Follower<LogisticsTables>({ db, source: blocks, projections }).rebuild();
  await start();
  await settle();
  expect(await tables()).toEqual(before);
  const again = await db.selectFrom('courier_entries').selectAll().orderBy('entry_id').execute();
  expect(again).toEqual(entries);
});

test('couriers and shops see only their own waybills', async () => {
  await bought();
  expect((await listWaybills(context, shop, ALL)).waybills).toHaveLength(1);
  expect((await listWaybills(context, otherShop, ALL)).waybills).toEqual([]);
  await expect(readWaybill(context, otherShop, key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await listWaybills(context, courier, ALL)).waybills).toHaveLength(1);
  expect((await listWaybills(context, other, { ...ALL, courierId: COURIER })).waybills).toEqual([]);
  const unknown = { code: 'NOT_FOUND' };
  await expect(readWaybill(context, other, key)).rejects.toMatchObject(unknown);
  await expect(readAddress(context, other, key)).rejects.toMatchObject(unknown);
  await expect(pickUp(context, other, key)).rejects.toMatchObject(unknown);
  await expect(deliver(context, other, key)).rejects.toMatchObject(unknown);
});

test('the node has an address only until the pick-up, and shows it only until the delivery', async () => {
  await bought();
  const [home] = addressesOf(key.orderNumber).addresses;
  expect(await readAddress(context, courier, key)).toEqual(home);
  expect(await eraseAddresses(context)).toBe(0);
  await pickUp(context, courier, key);
  await eventually('erased addresses', async () => {
    const held = await db.selectFrom('held_addresses').select('order_number').execute();
    return held.length === 0 ? true : undefined;
  });
  expect(await readAddress(context, courier, key)).toEqual(home);
  const unneeded = { code: 'ADDRESS_NOT_NEEDED' };
  const book = addressesOf(key.orderNumber);
  await expect(holdAddresses(context, key, book)).rejects.toMatchObject(unneeded);
  await deliver(context, courier, key);
  await expect(readAddress(context, courier, key)).rejects.toMatchObject(unneeded);
});

test('addresses are those of the terms, and those of an order that nobody placed are erased', async () => {
  await bought();
  const otherBook = addressesOf('ORD-2');
  const differ = { code: 'ADDRESSES_DIFFER' };
  await expect(holdAddresses(context, key, otherBook)).rejects.toMatchObject(differ);
  await holdAddresses(context, { ...key, orderNumber: 'ORD-2' }, otherBook);
  passSeconds(context.rules.holdAddressSeconds - 1);
  expect(await eraseAddresses(context)).toBe(0);
  passSeconds(1);
  expect(await eraseAddresses(context)).toBe(1);
  expect(await readAddress(context, dispatcher, key)).toMatchObject({ ref: 'home-ORD-1' });
  passSeconds(POLICY.deliverySeconds - 1);
  expect(await eraseAddresses(context)).toBe(0);
  passSeconds(1);
  expect(await eraseAddresses(context)).toBe(1);
  const lost = { code: 'ADDRESSES_NOT_HELD' };
  await expect(pickUp(context, courier, key)).rejects.toMatchObject(lost);
  await holdAddresses(context, key, addressesOf(key.orderNumber));
  expect(await pickUp(context, courier, key)).toMatchObject({ delivery: 'pickedUp' });
});

test('an order that ended on its way loses its private address, once', async () => {
  await bought();
  await pickUp(context, courier, key);
  await purgeAddresses(context, AbortSignal.timeout(10_000));
  passSeconds(POLICY.deliverySeconds);
  const { settlement } = await order.world.bank('bank-node');
  await settlement.returnUndelivered(key);
  await settle();
  const dispatcherClient = await order.world.logistics();
  const ref = 'home-ORD-1';
  const read = () => dispatcherClient.logistics.readAddress({ ...key, ref });
  expect(await read()).toMatchObject({ ref });
  await purgeAddresses(context, AbortSignal.timeout(10_000));
  await settle();
  await expect(read()).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN' });
  const blocks = order.memory.ledger.blocks().length;
  await purgeAddresses(context, AbortSignal.timeout(10_000));
  expect(order.memory.ledger.blocks()).toHaveLength(blocks);
});

test('a refund of a part ends no delivery', async () => {
  await order.waits();
  await bought();
  const { settlement } = (await order.world.parties()).cashier;
  await settlement.refund({ ...key, refundId: 'R-1', amount: '1000' });
  await settle();
  expect(await readWaybill(context, courier, key)).toMatchObject({
    state: 'refunded',
    endedAt: null,
  });
  await pickUp(context, courier, key);
  await purgeAddresses(context, AbortSignal.timeout(10_000));
  expect(await readAddress(context, courier, key)).toMatchObject({ ref: 'home-ORD-1' });
  expect(await deliver(context, courier, key, SECRET)).toMatchObject({ delivery: 'delivered' });
});

test('a delivery is late once for each of its times, and somebody is told once', async () => {
  await bought();
  await noticeLate(context);
  expect((await listLate(context)).late).toEqual([]);
  passSeconds(context.rules.promiseSeconds);
  await noticeLate(context);
  await noticeLate(context);
  expect((await listLate(context)).late).toMatchObject([{ ...key, kind: 'promise' }]);
  await eventually('the alert', () => Promise.resolve(alerts.length > 0 ? true : undefined));
  passSeconds(POLICY.deliverySeconds - context.rules.promiseSeconds);
  await noticeLate(context);
  await eventually('both alerts', () => Promise.resolve(alerts.length > 1 ? true : undefined));
  expect(alerts.map(({ alertId, courierId }) => [alertId, courierId])).toEqual([
    [`late~${MERCHANT}~ORD-1~promise`, COURIER],
    [`late~${MERCHANT}~ORD-1~deliverBy`, COURIER],
  ]);
  await pickUp(context, courier, key);
  await deliver(context, courier, key, SECRET);
  expect((await listLate(context)).late).toEqual([]);
});

test("a fee is divided into the courier's and the company's part, and paid once", async () => {
  await setShare(context, dispatcher, COURIER, 3_333);
  await delivered();
  const fee = BigInt(await order.fee());
  const share = (fee * 3_333n) / 10_000n;
  const today = new Date().toISOString().slice(0, 10);
  const days = { from: today, to: today };
  expect(await listEarnings(context, courier, days)).toEqual([
    { day: today, courierId: COURIER, currency: CURRENCY, deliveries: 1, amount: share.toString() },
  ]);
  expect(await listEarnings(context, other, { ...days, courierId: COURIER })).toEqual([]);
  const kept = await db
    .selectFrom('courier_entries')
    .select('amount')
    .where('credit', '=', 'company')
    .execute();
  expect(kept).toEqual([{ amount: (fee - share).toString() }]);
  await expect(closePayroll(context, today)).rejects.toMatchObject({ code: 'DAY_NOT_OVER' });
  passSeconds(2 * DAY_SECONDS);
  const payroll = await closePayroll(context, today);
  expect(payroll.payments).toMatchObject([{ courierId: COURIER, amount: share.toString() }]);
  expect(await closePayroll(context, today)).toEqual(payroll);
  const next = new Date(Date.now() - DAY_SECONDS * 1000).toISOString().slice(0, 10);
  expect((await closePayroll(context, next)).payments).toEqual([]);
  expect(await listOwed(context, dispatcher)).toEqual([]);
});

test('the company asks for a payout of what was rolled up, once, and sees it paid', async () => {
  await delivered();
  const fee = (await order.fee()).toString();
  expect(await readMoney(context)).toMatchObject([{ balance: '0', open: fee, payable: '0' }]);
  const asked = { payoutId: 'P-1', currency: CURRENCY, amount: '100' };
  const tooLarge = { code: 'PAYOUT_TOO_LARGE' };
  await expect(requestPayout(context, 'o', asked)).rejects.toMatchObject(tooLarge);
  const bank = await order.world.bank('bank-node');
  const until = Math.floor(Date.now() / 1000);
  await bank.settlement.rollUp({ payeeId: LOGISTICS, currency: CURRENCY, until });
  await settle();
  await requestPayout(context, 'operator-1', asked);
  await requestPayout(context, 'operator-1', asked);
  const conflict = { code: 'IDEMPOTENCY_CONFLICT' };
  const more = { ...asked, amount: '101' };
  await expect(requestPayout(context, 'o', more)).rejects.toMatchObject(conflict);
  await requestDailyPayouts(context);
  await requestDailyPayouts(context);
  const rest = (BigInt(fee) - 100n).toString();
  expect(await readMoney(context)).toMatchObject([{ requested: fee, payable: '0' }]);
  const onLedger = async () => (await listPayouts(context)).payouts.filter((p) => p.onLedgerAt);
  await eventually('both payouts on the ledger', async () =>
    (await onLedger()).length === 2 ? true : undefined,
  );
  const teller = await order.world.bank('teller');
  await teller.settlement.redeem({
    payeeId: LOGISTICS,
    currency: CURRENCY,
    redeemId: 'P-1',
    amount: '100',
  });
  await settle();
  expect(await readMoney(context)).toMatchObject([
    { balance: rest, requested: rest, payable: '0', open: '0' },
  ]);
  const paid = (await listPayouts(context)).payouts.find(({ payoutId }) => payoutId === 'P-1');
  expect(defined(paid, 'payout').redeemedAt).not.toBeNull();
});

test('tariffs hold from their day on, each version is kept, and a refusal is told', async () => {
  await settle();
  const { courier: cheap } = await readCourier(context, COURIER);
  const { rating, conduct, ...registration } = defined(cheap, 'courier');
  expect({ rating, conduct }).toMatchObject({ rating: { weight: 0 }, conduct: { mismatch: 0 } });
  const dearer = { ...registration, active: false };
  const validFrom = Math.floor(Date.now() / 1000) + DAY_SECONDS;
  await planCourier(context, dispatcher, { courier: dearer, validFrom });
  await planCourier(context, dispatcher, { courier: dearer, validFrom: validFrom + 5 });
  await cancelPlan(context, COURIER, validFrom + 5);
  await registerDue(context, AbortSignal.timeout(10_000));
  passSeconds(DAY_SECONDS);
  await registerDue(context, AbortSignal.timeout(10_000));
  await registerDue(context, AbortSignal.timeout(10_000));
  await settle();
  const { versions, plans } = await readCourier(context, COURIER);
  expect(versions.map(({ version, registration: { active } }) => [version, active])).toEqual([
    [2, false],
    [1, true],
  ]);
  expect(plans).toMatchObject([{ refusal: null, plannedBy: 'dispatcher-1' }]);
  const now = Math.floor(Date.now() / 1000);
  expect(await planCourier(context, dispatcher, { courier: dearer, validFrom: now })).toBe(now);
  await registerDue(context, AbortSignal.timeout(10_000));
  expect(await planCourier(context, dispatcher, { courier: dearer, validFrom: now })).toBe(now);
  const otherwise = planCourier(context, dispatcher, { courier: registration, validFrom: now });
  await expect(otherwise).rejects.toMatchObject({ code: 'PLAN_DONE' });
  const registered = JSON.stringify({ ...registration, courierId: 'courier-nowhere', areas: [] });
  await db
    .insertInto('courier_plans')
    .values({
      courier_id: 'courier-nowhere',
      valid_from: now,
      registration: registered,
      planned_by: 'x',
      planned_at: now,
      done_at: null,
      refusal: null,
    })
    .execute();
  await registerDue(context, AbortSignal.timeout(10_000));
  expect((await readCourier(context, 'courier-nowhere')).plans).toMatchObject([
    { refusal: 'INPUT_INVALID', doneAt: now },
  ]);
});

test('a route holds the open waybills of its courier in their order', async () => {
  await bought();
  const day = new Date().toISOString().slice(0, 10);
  const route = { day, courierId: COURIER };
  expect((await listUnassigned(context, day)).waybills).toMatchObject([key]);
  await planRoute(context, dispatcher, route, [key]);
  expect((await listUnassigned(context, day)).waybills).toEqual([]);
  expect((await readRoute(context, route)).stops).toMatchObject([{ stop: 1, ...key }]);
  const wrong = { day, courierId: other.name };
  const chosen = { code: 'COURIER_NOT_CHOSEN', field: 'stops.0' };
  await expect(planRoute(context, dispatcher, wrong, [key])).rejects.toMatchObject(chosen);
  const twice = planRoute(context, dispatcher, route, [key, key]);
  await expect(twice).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await planRoute(context, dispatcher, { ...route, day: '2999-01-01' }, [key]);
  expect((await readRoute(context, route)).stops).toEqual([]);
});

test('the node quotes a basket, keeps its addresses, and counts what customers take', async () => {
  const loginId = await order.world.login(order.device);
  const { basket, addresses } = order.world.purchase(order.device, loginId, {
    orderNumber: 'ORD-9',
  });
  const asked = { basket, book: addresses };
  const foreign = quoteOrder(context, otherShop, asked);
  await expect(foreign).rejects.toMatchObject({ code: 'NOT_OWNER' });
  const own = {
    ...asked,
    statement: {
      ...customerStatement({ ...basket, goodsTotal: goodsTotalOf(basket.lines) }),
      waybill: 'OWN-1',
    },
  };
  await expect(quoteOrder(context, shop, own)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  const first = await quoteOrder(context, shop, asked);
  const { waybill, goodsTotal, offers } = first;
  const again = await quoteOrder(context, shop, asked);
  expect(again).toMatchObject({ waybill, goodsTotal, offers, replayed: true });
  expect(first.offers[0]?.couriers[0]?.courierId).toBe(COURIER);
  await order.buy('express');
  await settle();
  const period = { from: 0, until: Number.MAX_SAFE_INTEGER };
  const counted = { quoted: 2, won: 1, lost: 0 };
  expect(await quoteFigures(context, period)).toMatchObject({
    ...counted,
    open: 1,
    winRate: 10_000,
  });
  passSeconds(POLICY.quoteSeconds);
  expect(await quoteFigures(context, period)).toEqual({
    ...counted,
    expired: 1,
    open: 0,
    winRate: 5_000,
    couriers: [
      { courierId: COURIER, offered: 2, best: 2, chosen: 1 },
      { courierId: other.name, offered: 2, best: 0, chosen: 0 },
    ],
  });
  const pages = await listQuotes(context, { limit: 1 });
  expect(pages.quotes).toMatchObject([{ orderNumber: 'ORD-1' }]);
  const { quotes, next } = await listQuotes(context, {
    limit: 1,
    after: defined(pages.next, 'page'),
  });
  expect(quotes).toMatchObject([{ orderNumber: 'ORD-9', waybill: first.waybill }]);
  expect(next).toBeNull();
});

/** Takes what is posted to it, once for each id. @returns how to stop it, its address, and what came */
async function alertReceiver() {
  const received = new Map<string, LateAlert>();
  let refusals = 1;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (refusals-- > 0) response.writeHead(503).end();
      else {
        received.set(String(request.headers['idempotency-key']), JSON.parse(body) as LateAlert);
        response.end('taken');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, received, url: `http://127.0.0.1:${port}/late` };
}

test('an answer that gets lost is only a delay: nothing is done twice', async () => {
  const before = context;
  context = { ...context, ledger: forgetful(before.ledger) };
  const unavailable = { code: 'NETWORK_UNAVAILABLE' };
  const loginId = await order.world.login(order.device);
  const { orderNumber } = key;
  const purchase = order.world.purchase(order.device, loginId, { orderNumber });
  const quote = () =>
    quoteOrder(context, dispatcher, { basket: purchase.basket, book: purchase.addresses });
  await expect(quote()).rejects.toMatchObject(unavailable);
  const { waybill } = await quote();
  const logisticsStatement = { ...purchase.logisticsStatement, waybill };
  await runExpress(await order.world.parties(), { ...purchase, logisticsStatement });
  await settle();
  await expect(pickUp(context, courier, key)).rejects.toMatchObject(unavailable);
  expect(await pickUp(context, courier, key)).toMatchObject({ delivery: 'pickedUp' });
  const hand = () => deliver(context, courier, key, SECRET);
  await expect(hand()).rejects.toMatchObject(unavailable);
  expect(await hand()).toMatchObject({ delivery: 'delivered' });
  const bank = await order.world.bank('bank-node');
  const until = Math.floor(Date.now() / 1000);
  await bank.settlement.rollUp({ payeeId: LOGISTICS, currency: CURRENCY, until });
  await settle();
  // The job asks the ledger at the same time as this one: both are one payout.
  const payout = { payoutId: 'P-1', currency: CURRENCY, amount: '100' };
  await requestPayout(context, 'operator-1', payout);
  const send = () => sendPayoutRequest(context, payout, AbortSignal.timeout(10_000));
  await expect(send()).rejects.toMatchObject(unavailable);
  await send();
  await settle();
  expect((await listPayouts(context)).payouts).toMatchObject([{ payoutId: 'P-1', refusal: null }]);
  expect(await readMoney(context)).toMatchObject([{ requested: '100' }]);
  const [books] = await readBooks(context);
  expect(books).toMatchObject({ credited: String(await order.fee()), undivided: '0', paid: '0' });
});

test('a courier moves the goods of its own orders only', async () => {
  await bought();
  const { gtin } = GOODS.charger;
  const move = { moveId: 'M-1', merchantId: MERCHANT, gtin, quantity: 1, from: null, to: null };
  const named = { ...move, orderNumber: 'ORD-1' };
  await expect(moveGoods(context, other, named)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const nameless = moveGoods(context, courier, { ...move, orderNumber: null });
  await expect(nameless).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'orderNumber' });
  expect(await moveGoods(context, courier, named)).toEqual({ replayed: false });
  const conflict = { code: 'IDEMPOTENCY_CONFLICT' };
  const again = moveGoods(context, courier, { ...named, quantity: 2 });
  await expect(again).rejects.toMatchObject(conflict);
});

test('an alert that its receiver did not take is posted again', async () => {
  await work.close();
  const { server, received, url } = await alertReceiver();
  try {
    await start(new WebhookAlerts(url));
    await bought();
    passSeconds(context.rules.promiseSeconds);
    await noticeLate(context);
    await eventually('the alert', () => Promise.resolve(received.size > 0 ? true : undefined));
  } finally {
    server.close();
  }
  const [[id, alert] = []] = [...received];
  expect(id).toBe(`late~${MERCHANT}~ORD-1~promise`);
  expect(alert).toMatchObject({ ...key, courierId: COURIER, kind: 'promise' });
  expect(room.failures.splice(0)).toHaveLength(1);
});

describe('over HTTPS', () => {
  let house: LogisticsHouse;

  beforeEach(async () => {
    await work.close();
    house = await LogisticsHouse.open(
      {
        ledger: await order.world.logistics(),
        blocks,
        onEnd: (error) => room.failures.push(error),
        // The house closes its own view of the database, and this file goes on with it.
        place: beside(place),
      },
      { alertUrl: 'http://127.0.0.1:9/late' },
    );
  });

  afterEach(async () => {
    await house.close();
  });

  test('a company carries an order from the basket to the payroll, and its log names nobody', async () => {
    const office = house.clientOf('dispatcher', 'dispatcher-1');
    const own = house.clientOf('courier', COURIER);
    const stranger = house.clientOf('courier', other.name);
    const operator = house.clientOf('operator', 'operator-1');
    const loginId = await order.world.login(order.device);
    const { orderNumber } = key;
    const purchase = order.world.purchase(order.device, loginId, { orderNumber });
    const { basket, addresses } = purchase;
    const shopServer = house.clientOf('shop-channel', MERCHANT);
    const { waybill } = await shopServer.quoteOrder({ basket, ...addresses });
    // The shop goes on with the quote that the ledger has.
    const quoted = {
      ...purchase,
      logisticsStatement: { ...purchase.logisticsStatement, waybill },
    };
    await runExpress(await order.world.parties(), quoted);
    const today = new Date().toISOString().slice(0, 10);
    const carried = await eventually('the waybill', async () => {
      const { waybills } = await office.listUnassigned({ day: today });
      return waybills.length === 1 ? waybills : undefined;
    });
    expect(carried).toMatchObject([{ ...key, courierId: COURIER }]);
    await office.recordPlace({ placeId: 'hub', location: GOODS.charger.location, active: true });
    const { gtin } = GOODS.charger;
    const came = { moveId: 'M-1', merchantId: MERCHANT, gtin, quantity: 3, from: null, to: 'hub' };
    expect(await office.moveGoods(came)).toEqual({ replayed: false });
    expect(await office.moveGoods(came)).toEqual({ replayed: true });
    await office.planRoute({ day: today, courierId: COURIER, stops: [key] });
    expect((await own.readOwnRoute({ day: today })).stops).toMatchObject([key]);
    expect((await stranger.readOwnRoute({ day: today })).stops).toEqual([]);
    expect(await own.readAddress(key)).toEqual(addresses.addresses[0]);
    await own.moveGoods({
      ...came,
      moveId: 'M-2',
      quantity: 2,
      from: 'hub',
      to: null,
      orderNumber,
    });
    await expect(
      office.moveGoods({ ...came, moveId: 'M-3', quantity: 2, from: 'hub', to: null }),
    ).rejects.toMatchObject({ code: 'NOT_ENOUGH_GOODS', status: 409, field: 'from' });
    expect(await office.findGoods({ merchantId: MERCHANT, gtin })).toMatchObject({
      registered: { location: GOODS.charger.location },
      stock: [{ placeId: 'hub', quantity: 1 }],
    });
    await expect(stranger.pickUp(key)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    await own.pickUp(key);
    const wrong = own.deliver({ ...key, secret: '0'.repeat(64) });
    await expect(wrong).rejects.toMatchObject({ code: 'DELIVERY_PROOF_INVALID' });
    expect(await own.deliver({ ...key, secret: SECRET })).toMatchObject({ delivery: 'delivered' });
    expect(await own.readWaybill(key)).toMatchObject({ moves: [{ moveId: 'M-2', from: 'hub' }] });
    const { owed } = await own.listOwed({});
    passSeconds(DAY_SECONDS);
    await operator.closePayroll({ day: today });
    expect(await operator.readPayrollFile({ day: today })).toBe(
      [
        'payment,day,courier,currency,minorUnits',
        `paid/${today}/${COURIER}/${CURRENCY},${today},${COURIER},${CURRENCY},${defined(owed[0], 'debt').amount}`,
        '',
      ].join('\r\n'),
    );
    const log = house.logged.join('');
    expect(log).toContain('answered');
    for (const secret of ['Invalidenstr', addresses.salt, SECRET])
      expect(log).not.toContain(secret);
  });

  const ROLES = ['dispatcher', 'courier', 'operator', 'shop-channel', 'cashier'] as const;

  test('each role may call what the table says, and nothing else', async () => {
    for (const role of ROLES) {
      const client = house.clientOf(role, 'nobody');
      for (const [name, { roles, path }] of Object.entries(LOGISTICS_OPERATIONS)) {
        const input = Object.fromEntries(pathFields({ path }).map((field) => [field, 'x']));
        const call = client[name as keyof typeof LOGISTICS_OPERATIONS] as (
          input: unknown,
        ) => Promise<unknown>;
        const code = await codeOf(async () => {
          await call(input);
          return 'done';
        });
        const isAllowed = (roles as readonly string[]).includes(role);
        expect([name, role, code === 'ACCESS_DENIED']).toEqual([name, role, !isAllowed]);
      }
    }
  });
});
