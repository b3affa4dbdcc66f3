// SPDX-License-Identifier: Apache-2.0
// Customers' statements (unit 20), from the real contracts' blocks to entries: every movement of the money is one, they add up to the
// ledger's own balance, and reading the ledger again makes the same.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { Follower } from '@fabric-offline-pay/node-common/node';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { BANK, CURRENCY, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import { Habits } from '../../network/nodes/bank/src/habits/habits.js';
import { AccountEntries } from '../../network/nodes/bank/src/statements/account-entries.js';
import { eraseCustomer } from '../../network/nodes/bank/src/statements/personal-data/erase-customer.js';
import { exportCustomer } from '../../network/nodes/bank/src/statements/personal-data/export-customer.js';
import { PERSONAL_DATA } from '../../network/nodes/bank/src/statements/personal-data/personal-tables.js';
import { devices, openHolds, reserves } from '../../network/nodes/bank/src/statements/positions.js';
import {
  statementOf,
  wholeStatement,
  type PageQuery,
} from '../../network/nodes/bank/src/statements/read-statement.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { availableTo } from '../support/balances.js';
import { defined } from '../support/defined.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { nowSeconds, OfflineLedger, reserveKeyOf, unfunded } from '../support/offline-ledger.js';
import { forge } from '../support/offline-world.js';
import { MONEY, OneOrder } from '../support/one-order.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const CUSTOMER = 'customer-1';
const FEE_AND_GOODS = -5450;

let order: OneOrder;
let db: BankDatabase;
let accounts: AccountEntries;
let habits: Habits;

beforeAll(async () => {
  stopTime();
  db = await openBankDatabase(await testPlace());
});
afterAll(async () => {
  resumeTime();
  await db.destroy();
});

beforeEach(async () => {
  order = await OneOrder.open();
  accounts = new AccountEntries(BANK);
  habits = new Habits();
  const own = ['purchase_lines', 'purchases', 'addresses', 'customers', 'ledger_position'] as const;
  for (const table of [...accounts.tables, ...habits.tables, ...own])
    await db.deleteFrom(table).execute();
});

const followerOf = (bankId = BANK) =>
  new Follower({
    db,
    source: new MemoryBlocks(order.memory.ledger),
    projections: [new AccountEntries(bankId), new Habits()],
  });

/** The tables have every block of the ledger. */
async function follow(follower = followerOf()): Promise<void> {
  const last = defined(order.memory.ledger.blocks().at(-1), 'a block').number;
  const stop = new AbortController();
  const running = follower.run(stop.signal);
  await Promise.race([running, follower.reached(BigInt(last), stop.signal)]);
  stop.abort();
  await running;
}

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER };

const query = (more: Partial<PageQuery> = {}): PageQuery => ({
  ...{ customerId: CUSTOMER, currency: CURRENCY },
  ...EVER,
  madeAt: 1_700_000_000_000,
  oldestFirst: true,
  ...more,
});

/** Kind, change of all money, change of what can be spent. */
async function entriesOf(more: Partial<PageQuery> = {}) {
  const { entries } = await statementOf(db, query(more));
  return entries.map(({ kind, amount, moved }) => [kind, Number(amount), Number(moved)]);
}

/** The statement ends with what the ledger itself says. */
async function expectLedgersBalance(): Promise<void> {
  const { head } = await statementOf(db, query());
  const bankNode = await order.world.bank('bank-node');
  expect(BigInt(head.closing.available)).toBe(await availableTo(bankNode, CUSTOMER));
}

async function buyAndGetBack(): Promise<void> {
  await order.buy('express');
  await order.pickUp();
  await order.deliver(deliverySecretOf('ORD-1'));
  await order.rollUp();
  const { settlement } = (await order.world.parties()).cashier;
  await settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
}

test.each(['express', 'stepwise'] as const)('a purchase and its refund, %s', async (way) => {
  await order.buy(way);
  await order.rollUp();
  const { settlement } = (await order.world.parties()).cashier;
  await settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
  await follow();
  expect(await entriesOf()).toEqual([
    ['issue', MONEY, MONEY],
    ['hold', 0, FEE_AND_GOODS],
    ['capture', FEE_AND_GOODS, 0],
    ['refund', 1000, 1000],
  ]);
  const { entries } = await statementOf(db, query());
  expect(entries.map(({ reference }) => reference)).toEqual([
    'issue-customer-1',
    null,
    expect.any(String),
    'R-1',
  ]);
  expect(entries.at(-1)).toMatchObject({
    order: order.key,
    balance: { booked: String(MONEY + FEE_AND_GOODS + 1000) },
  });
  await expectLedgersBalance();
});

test('a hold that nobody claims is open, then goes back', async () => {
  await order.buy('express', { claim: null });
  await follow();
  const { rows, height } = await openHolds(db, CUSTOMER);
  expect(rows).toMatchObject([{ ...order.key, authorised: '5450', open: '5450' }]);
  expect(height.block).toBe(defined(order.memory.ledger.blocks().at(-1), 'a block').number);
  expect((await statementOf(db, query())).head.closing).toEqual({
    booked: MONEY.toString(),
    available: (MONEY + FEE_AND_GOODS).toString(),
  });
  await (await order.world.merchant()).settlement.void(order.key);
  await follow();
  expect((await openHolds(db, CUSTOMER)).rows).toEqual([]);
  expect((await entriesOf()).at(-1)).toEqual(['returned', 0, -FEE_AND_GOODS]);
  await expectLedgersBalance();
});

test('a dispute that the merchant cannot pay, and its debt', async () => {
  await order.buy('express');
  await order.emptyMerchant();
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'uphold');
  await follow();
  await expectLedgersBalance();
  const { orderNumber } = order.key;
  await order.buy('express', { orderNumber: `${orderNumber}-B` });
  await rollUpPayee(await order.world.bank('bank-node'), order.payee);
  await follow();
  const kinds = (await entriesOf()).map(([kind]) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['refund', 'owedByPayee', 'paidByPayee']));
  expect(kinds).not.toContain('other');
  await expectLedgersBalance();
});

test('money that a device spends without a network', async () => {
  const ledger = await OfflineLedger.open(order.memory);
  const device = unfunded(CUSTOMER, order.device.privateKey);
  await ledger.fund(device);
  const payment = ledger.pay(device, { amount: 700n, orderNumber: 'OFF-1' });
  await ledger.settle([[device, [payment]]]);
  await follow();
  expect((await reserves(db, CUSTOMER)).rows).toMatchObject([
    { epoch: 1, funded: '20000', settled: '700', rest: '19300', status: 'active' },
  ]);
  expect((await devices(db, CUSTOMER)).rows).toMatchObject([
    { deviceId: 'phone', status: 'active' },
  ]);
  passSeconds(device.certificate.claimUntil - nowSeconds() + 61);
  await ledger.node.offline.closeReserve(reserveKeyOf(device));
  const teller = await order.world.bank('teller');
  await teller.settlement.withdraw({
    withdrawId: 'W-1',
    customerId: CUSTOMER,
    token: `tok-${CUSTOMER}`,
    currency: CURRENCY,
    amount: '300',
  });
  await follow();
  expect(await entriesOf()).toEqual([
    ['issue', MONEY, MONEY],
    ['reserveFunded', 0, -20_000],
    ['offlinePayment', -700, 0],
    ['reserveReturned', 0, 19_300],
    ['withdraw', -300, -300],
  ]);
  expect(await entriesOf({ filters: { kind: 'offlinePayment' } })).toHaveLength(1);
  await expectLedgersBalance();
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test.each([
  ['that its reserve can pay', 20_000n],
  ['that takes all of its reserve', 1_000n],
])('the loss of a device that spends twice, %s', async (_, total) => {
  const ledger = await OfflineLedger.open(order.memory);
  const device = unfunded(CUSTOMER, order.device.privateKey, { total });
  await ledger.fund(device);
  const first = ledger.pay(device, { amount: 600n });
  const clone = forge(first, {}, ledger.request({ amount: 600n, terminalId: 'till-2' }));
  expect(await ledger.settle([[device, [first, clone]]])).toEqual(['settled', 'conflict']);
  passSeconds(device.certificate.claimUntil - nowSeconds() + 61);
  await ledger.node.offline.closeReserve(reserveKeyOf(device));
  await follow();
  const kinds = (await entriesOf()).map(([kind]) => kind);
  expect(kinds).toEqual([
    ...['issue', 'reserveFunded', 'offlinePayment', 'reserveReturned', 'recovered'],
  ]);
  await expectLedgersBalance();
});

const tables = () =>
  Promise.all(accounts.tables.map((table) => db.selectFrom(table).selectAll().execute()));

test('a second reading of the ledger makes the same tables', async () => {
  await buyAndGetBack();
  const follower = followerOf();
  await follow(follower);
  const first = await tables();
  await follower.rebuild();
  await follow(follower);
  expect(await tables()).toEqual(first);
  expect(first.map((rows) => rows.length)).toEqual([4, 1, 1, 0, 1, 0, 0, 1]);
});

const NAME = 'Grete Beispiel';
const CHARGERS = { gtin: '4006381333948', name: 'Charger', quantity: 2 };

/** The bank's own records of the customer and the order's goods. */
async function record(): Promise<void> {
  const hashed = { password_hash: 'secret-hash', password_changed: false, enrolment_mac: 'x' };
  const person = { customer_id: CUSTOMER, name: NAME, phone: '+491713920001' };
  const place = { label: null, street: 'Invalidenstr. 1', city: 'Berlin', country: 'DE' };
  const key = { merchant_id: MERCHANT, order_number: 'ORD-1' };
  const bought = {
    customer_id: CUSTOMER,
    login_id: null,
    purchased_at: 1,
    mode: 'online',
  } as const;
  const money = { currency: CURRENCY, fee: '470', total: '5450' };
  await db
    .insertInto('customers')
    .values({ ...person, ...hashed, enrolled_at: 1 })
    .execute();
  await db
    .insertInto('addresses')
    .values({ customer_id: CUSTOMER, number: 1, ...place, latitude: 1, longitude: 1 })
    .execute();
  await db
    .insertInto('purchases')
    .values({ ...key, ...bought, ...money })
    .execute();
  await db
    .insertInto('purchase_lines')
    .values({ ...key, line: 1, ...CHARGERS, unit_price: '2490' })
    .execute();
}

test('pages one after the other are the whole, with goods, and one period ends where the next begins', async () => {
  await record();
  await order.buy('express');
  passSeconds(10);
  const middle = nowSeconds() * 1000;
  await order.rollUp();
  const { settlement } = (await order.world.parties()).cashier;
  await settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
  await follow();

  const whole = await wholeStatement(db, query());
  const entries = await collect(whole.entries);
  const paged = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof statementOf>> = await statementOf(
      db,
      query({ limit: 1, oldestFirst: false, ...(after !== null && { after }) }),
    );
    paged.unshift(...page.entries);
    after = page.next;
  } while (after !== null);
  expect(paged).toEqual(entries);
  expect(entries.map(({ lines }) => lines)).toEqual([
    [],
    [],
    [{ gtin: CHARGERS.gtin, name: 'Charger', quantity: 2, unitPrice: '2490' }],
    [],
  ]);

  const before = await statementOf(db, query({ to: middle }));
  const since = await statementOf(db, query({ from: middle }));
  expect(before.head.closing).toEqual(since.head.opening);
  expect([...before.entries, ...since.entries]).toEqual(entries);
  expect(since.entries.map(({ kind }) => kind)).toEqual(['refund']);
  await expect(statementOf(db, query({ after: '1.2' }))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

test('a customer gets all that is kept of it, and can be erased when it has nothing left', async () => {
  await record();
  await order.buy('express');
  await follow();
  const all = await exportCustomer(db, CUSTOMER);
  const counts = Object.entries(all.tables).flatMap(([table, rows]) =>
    rows.length === 0 ? [] : [[table, rows.length]],
  );
  expect(Object.fromEntries(counts)).toMatchObject({
    ...{ customers: 1, addresses: 1, purchases: 1, purchase_lines: 1 },
    ...{ account_entries: 3, habit_purchases: 1, habit_items: 1 },
  });
  expect(JSON.stringify(all)).toContain(NAME);
  expect(JSON.stringify(all)).not.toContain('secret-hash');

  const teller = await order.world.bank('teller');
  const erasing = { db, clock: Date.now, ledger: teller.identity };
  const open = { erased: false, open: ['money', 'access'] };
  expect(await eraseCustomer(erasing, CUSTOMER)).toEqual(open);
  const { head } = await statementOf(db, query());
  const rest = { token: `tok-${CUSTOMER}`, currency: CURRENCY, amount: head.closing.available };
  await teller.settlement.withdraw({ withdrawId: 'all', customerId: CUSTOMER, ...rest });
  await follow();
  await teller.identity.updateProfile({ customerId: CUSTOMER, missing: [], status: 'blocked' });
  const erased = await eraseCustomer(erasing, CUSTOMER);
  expect(erased).toMatchObject({ erased: true });
  const after = await exportCustomer(db, CUSTOMER);
  expect(JSON.stringify(after)).not.toMatch(/Grete|4917139|Invalidenstr/);
  expect(after.tables).toMatchObject({ addresses: [], habit_purchases: [], habit_items: [] });
  expect(after.tables['account_entries']).toHaveLength(4);
  expect(await db.selectFrom('habit_goods').select('weight').execute()).toEqual([
    { weight: '0' },
    { weight: '0' },
  ]);
  expect(await eraseCustomer(erasing, CUSTOMER)).toEqual(erased);
});

test('no table with something of a customer is missing from export and erasure', async () => {
  const tables = await db.introspection.getTables();
  const personal = tables.filter(({ columns }) =>
    columns.some(({ name }) => name === 'customer_id' || name === 'login_id'),
  );
  const listed = new Set(PERSONAL_DATA.map(({ table }) => table));
  expect(personal.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
  expect(personal).not.toEqual([]);
});

test("another bank's customers are its own", async () => {
  await buyAndGetBack();
  await follow(followerOf('bank-2'));
  expect(await entriesOf()).toEqual([]);
  expect((await tables()).flat()).toEqual([]);
});
