// SPDX-License-Identifier: Apache-2.0
// Habits, recommendations and feedback (units 17 and 18), from the real contracts' blocks: what is recommended can be had, whoever opts
// out leaves no trace, and what customers report reaches those who buy next.
import { openBankDatabase } from '@fabric-offline-pay/bank-node';
import { Follower } from '@fabric-offline-pay/node-common/node';
import { runExpress, signRatings } from '@fabric-offline-pay/sdk';
import {
  BANK,
  GOODS,
  LOGISTICS,
  MERCHANT,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import { Feedback } from '../../network/nodes/bank/src/feedback/feedback.js';
import { feedbackOf } from '../../network/nodes/bank/src/feedback/figures.js';
import {
  feedbackLedger,
  publishFeedback,
  publishFeedbackJob,
} from '../../network/nodes/bank/src/feedback/publish-feedback.js';
import { optIn, optOut } from '../../network/nodes/bank/src/habits/choices.js';
import { Habits } from '../../network/nodes/bank/src/habits/habits.js';
import { measureRecall } from '../../network/nodes/bank/src/habits/measure-recall.js';
import { recommend } from '../../network/nodes/bank/src/habits/recommend.js';
import { AccountEntries } from '../../network/nodes/bank/src/statements/account-entries.js';
import { plantedPurchases } from '../../network/nodes/bank/src/testing/planted-purchases.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { defined } from '../support/defined.js';
import { stepUpFor } from '../support/histories.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';

const BERLIN = { latitude: 52_520_008, longitude: 13_404_954 };
const PARIS = { latitude: 48_856_613, longitude: 2_352_222 };
const BOTH = [
  { goods: 'laptop', quantity: 1 },
  { goods: 'charger', quantity: 1 },
] as const;
const CHARGER = [{ goods: 'charger', quantity: 1 }] as const;

const projections = () => [new AccountEntries(BANK), new Habits(), new Feedback(BANK)];
const TABLES = projections().flatMap(({ tables }) => [...tables]);

let memory: MemoryWorld;
let db: BankDatabase;
let orders = 0;

beforeAll(async () => {
  db = await openBankDatabase(await testPlace());
});
afterAll(() => db.destroy());

beforeEach(async () => {
  memory = await memoryWorld();
  const own = ['habit_choices', 'addresses', 'customers', 'ledger_position'] as const;
  for (const table of [...TABLES, ...own]) await db.deleteFrom(table).execute();
});

const followerOf = () =>
  new Follower({ db, source: new MemoryBlocks(memory.ledger), projections: projections() });

/** The tables have every block of the ledger. */
async function follow(follower = followerOf()): Promise<void> {
  const last = defined(memory.ledger.blocks().at(-1), 'a block').number;
  const stop = new AbortController();
  const running = follower.run(stop.signal);
  await Promise.race([running, follower.reached(BigInt(last), stop.signal)]);
  stop.abort();
  await running;
}

async function customer(customerId: string, place = BERLIN): Promise<CustomerDevice> {
  const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
  const at = { number: 1, label: null, street: 'x', city: 'x', country: 'DE', ...place };
  await db
    .insertInto('customers')
    .values({ customer_id: customerId, ...hashed, enrolled_at: 1 })
    .execute();
  await db
    .insertInto('addresses')
    .values({ customer_id: customerId, ...at })
    .execute();
  return memory.world.customer(customerId);
}

async function buy(device: CustomerDevice, lines: PurchaseOptions['lines']): Promise<string> {
  orders += 1;
  const orderNumber = `ORD-${orders}`;
  const loginId = await memory.world.login(device);
  const purchase = memory.world.purchase(device, loginId, {
    orderNumber,
    ...(lines !== undefined && { lines }),
  });
  await runExpress(await memory.world.parties(), stepUpFor(memory.world, purchase));
  return orderNumber;
}

const recommended = async (customerId: string) =>
  (await recommend(db, customerId, 10, Date.now())).map(({ gtin, reason }) => [gtin, reason.kind]);

test('what goes with what one bought is recommended, with the reason; what one has is not', async () => {
  const [first, second] = [await customer('customer-1'), await customer('customer-2')];
  await buy(first, BOTH);
  await buy(second, CHARGER);
  await follow();
  expect(await recommend(db, 'customer-2', 10, Date.now())).toEqual([
    {
      merchantId: MERCHANT,
      gtin: GOODS.laptop.gtin,
      price: GOODS.laptop.price,
      currency: 'EUR',
      reason: { kind: 'boughtTogether', merchantId: MERCHANT, gtin: GOODS.charger.gtin },
    },
  ]);
  expect(await recommended('customer-1')).toEqual([]);
});

test('of whom nothing is known, what all buy is recommended, but only where a courier comes', async () => {
  await buy(await customer('customer-1'), CHARGER);
  await customer('customer-2');
  await customer('customer-3', PARIS);
  await follow();
  expect(await recommended('customer-2')).toEqual([
    [GOODS.charger.gtin, 'popular'],
    [GOODS.laptop.gtin, 'popular'],
  ]);
  expect(await recommended('customer-3')).toEqual([]);
});

test('withdrawn goods are not recommended, whatever they go with', async () => {
  const [first, second] = [await customer('customer-1'), await customer('customer-2')];
  await customer('customer-3');
  await buy(first, BOTH);
  await buy(second, CHARGER);
  const { goods } = await memory.world.merchant();
  await goods.withdrawGoods({ merchantId: MERCHANT, gtin: GOODS.laptop.gtin });
  await follow();
  expect(await recommended('customer-2')).toEqual([]);
  expect(await recommended('customer-3')).toEqual([[GOODS.charger.gtin, 'popular']]);
});

async function reportDefect(customerId: string): Promise<void> {
  const device = await customer(customerId);
  const key = { merchantId: MERCHANT, orderNumber: await buy(device, CHARGER) };
  await memory.world.deliver(key.orderNumber);
  const ratings = [
    { subject: 'goods' as const, subjectId: GOODS.charger.gtin, stars: 1, defect: true },
  ];
  const signature = signRatings(device.privateKey, key, ratings);
  const { feedback } = await memory.world.bank('bank-node');
  await feedback.rate({ ...key, ratings, signature });
}

test('what three customers report is published, once, and then neither sold nor recommended', async () => {
  await customer('customer-1');
  for (const id of ['a', 'b', 'c']) await reportDefect(id);
  await follow();
  const charger = { subject: 'goods', owner: MERCHANT, subjectId: GOODS.charger.gtin } as const;
  expect(await feedbackOf(db, charger)).toMatchObject({ opinions: 3, defects: 3, waiting: 3 });
  expect(await recommended('customer-1')).toHaveLength(2);

  const ledger = feedbackLedger(await memory.world.bank('bank-node'));
  await publishFeedbackJob({ db, ledger }).run({}, AbortSignal.timeout(10_000));
  await follow();
  expect(await feedbackOf(db, charger)).toMatchObject({ opinions: 3, stars: 3, waiting: 0 });
  expect(await publishFeedback({ db, ledger })).toBe(0);
  expect(await recommended('customer-1')).toEqual([[GOODS.laptop.gtin, 'popular']]);
  const courier = { subject: 'courier', owner: LOGISTICS, subjectId: 'courier-cheap' } as const;
  expect(await feedbackOf(db, courier)).toMatchObject({ deliveries: 3, unproven: 0, late: 0 });
});

test('a subject that the ledger refuses does not hold up the others', async () => {
  for (const subject_id of ['1', '2', '3'])
    await db
      .insertInto('feedback_ratings')
      .values({
        ...{ subject: 'goods', owner: MERCHANT, subject_id, customer_id: 'x' },
        ...{ stars: 1, defect: false, waiting: true },
      })
      .execute();
  const asked: string[] = [];
  const ledger = {
    publish: ({ subjectId }: { readonly subjectId: string }) => {
      asked.push(subjectId);
      return subjectId === '2' ? Promise.reject(new Error('no such goods')) : Promise.resolve();
    },
  };
  await expect(publishFeedback({ db, ledger })).rejects.toThrow('1 of 3 subjects failed');
  expect(asked).toEqual(['1', '2', '3']);
});

test('whoever opts out is taken out of the past, and counts again only from then on', async () => {
  const [first, second] = [await customer('customer-1'), await customer('customer-2')];
  await buy(second, CHARGER);
  await follow();
  const without = await db.selectFrom('habit_goods').selectAll().orderBy('goods_id').execute();
  await buy(first, BOTH);
  await buy(first, CHARGER);
  await follow();
  expect(await db.selectFrom('habit_pairs').selectAll().execute()).not.toEqual([]);

  await optOut(db, 'customer-1');
  await buy(first, BOTH);
  await follow();
  for (const table of ['habit_items', 'habit_purchases'] as const)
    expect((await db.selectFrom(table).selectAll().execute()).length).toBe(1);
  expect(await db.selectFrom('habit_pairs').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('habit_goods').selectAll().orderBy('goods_id').execute()).toEqual(
    without,
  );
  expect(await recommended('customer-1')).toEqual([]);

  await optIn(db, 'customer-1');
  const follower = followerOf();
  await follower.rebuild();
  await follow();
  expect(await db.selectFrom('habit_pairs').selectAll().execute()).toEqual([]);
  await buy(first, BOTH);
  await follow();
  expect(await db.selectFrom('habit_pairs').selectAll().execute()).toHaveLength(2);
});

test('a second reading of the ledger makes the same tables', async () => {
  const [first, second] = [await customer('customer-1'), await customer('customer-2')];
  await buy(first, BOTH);
  await buy(second, CHARGER);
  await buy(first, CHARGER);
  await buy(second, BOTH);
  await memory.world.deliver(`ORD-${orders}`);
  const follower = followerOf();
  await follow(follower);
  const before = await snapshot();
  await follower.rebuild();
  expect(await snapshot()).not.toEqual(before);
  await follow(follower);
  expect(await snapshot()).toEqual(before);
});

/** All rows, in an order of their own. */
const snapshot = async (): Promise<readonly (readonly string[])[]> =>
  Promise.all(
    TABLES.map(async (table) =>
      (await db.selectFrom(table).selectAll().execute()).map((row) => JSON.stringify(row)).sort(),
    ),
  );

test('recommendations find what is planted, far better than what all buy', async () => {
  const groups = 10;
  const purchases = plantedPurchases(800, 1, groups);
  const { recommended: found, popular } = await measureRecall(db, purchases, { groups, asked: 60 });
  expect(found).toBeGreaterThan(2 * popular);
});
