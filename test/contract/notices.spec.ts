// SPDX-License-Identifier: Apache-2.0
// What customers are told of their orders, from the ledger's blocks to the bank's outbox: each thing once, whatever the bank's node went
// through, and the same when it reads the ledger again.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBankDatabase, OutboxFolder, type MessageSender } from '@fabric-offline-pay/bank-node';
import { Work } from '@fabric-offline-pay/node-common/node';
import { BANK, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import { pino } from 'pino';
import { testPlace, urlOf } from '../../network/nodes/common/src/testing/test-place.js';
import type { BankTables } from '../../network/nodes/bank/src/database/schema.js';
import { LeastTime } from '../../network/nodes/bank/src/notices/least-time.js';
import { noticeWork } from '../../network/nodes/bank/src/notices/notice-work.js';
import { resumeMessages } from '../../network/nodes/bank/src/notices/resume-messages.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OneOrder } from '../support/one-order.js';
import { UNCAPPED_NOTICES } from '../support/uncapped-notices.js';

const PHONE = '+491713920001';
const DAY_MS = 24 * 3_600_000;

let order: OneOrder;
let outbox: string;
let db: Awaited<ReturnType<typeof openBankDatabase>>;
let url: string | undefined;
let running: Work<BankTables> | undefined;
let failures: unknown[];

beforeAll(async () => {
  const place = await testPlace();
  url = urlOf(place);
  db = await openBankDatabase(place);
});
afterAll(() => db.destroy());

beforeEach(async () => {
  failures = [];
  order = await OneOrder.open();
  outbox = mkdtempSync(join(tmpdir(), 'offpay-notices-'));
  for (const table of ['customers', 'messages', 'followed_orders', 'ledger_position'] as const)
    await db.deleteFrom(table).execute();
  const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
  await db
    .insertInto('customers')
    .values({ customer_id: 'customer-1', phone: PHONE, ...hashed, enrolled_at: 1 })
    .execute();
});

afterEach(async () => {
  await stop();
  rmSync(outbox, { recursive: true });
  expect(failures).toEqual([]);
});

interface Parts {
  readonly messages?: MessageSender;
  readonly clock?: () => number;
  readonly bankId?: string;
}

async function start({ messages, clock = Date.now, bankId = BANK }: Parts = {}): Promise<void> {
  const work = new Work<BankTables>({
    db,
    url,
    blocks: new MemoryBlocks(order.memory.ledger),
    logger: pino({ level: 'silent' }),
    onEnd: (error) => failures.push(error),
  });
  const context = {
    ...UNCAPPED_NOTICES,
    db,
    messages: messages ?? new OutboxFolder(outbox),
    clock,
  };
  await work.start(noticeWork(context, work, bankId));
  running = work;
}

async function stop(): Promise<void> {
  await running?.close();
  running = undefined;
}

interface Sent {
  readonly to: string;
  readonly text: string;
  readonly sentAt: number;
}

const sent = (): Sent[] =>
  readdirSync(outbox)
    .map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8')) as Sent)
    .sort((a, b) => a.sentAt - b.sentAt);

const texts = (): readonly string[] => sent().map(({ text }) => text);

/** Waits until everything up to the ledger's last block was noted, and what was noted has ended. */
/** Everything is sent, or waits for the clock. */
async function settle(): Promise<void> {
  const last = order.memory.ledger.blocks().at(-1)?.number ?? 0;
  await eventually('all messages', async () => {
    const position = await db.selectFrom('ledger_position').selectAll().executeTakeFirst();
    const open = await db
      .selectFrom('messages')
      .select('kind')
      .where('ended_at', 'is', null)
      .where('resume_at', 'is', null)
      .execute();
    return position?.next_block === last + 1 && open.length === 0 ? true : undefined;
  });
}

const ended = async (): Promise<readonly (readonly [string, string | null])[]> =>
  (await db.selectFrom('messages').selectAll().orderBy('message_id').execute()).map(
    ({ kind, outcome }) => [kind, outcome] as const,
  );

const OF_ORDER = `order ORD-1 at ${MERCHANT}`;

async function goThrough(): Promise<void> {
  await order.buy('stepwise');
  await order.pickUp();
  await order.deliver(deliverySecretOf('ORD-1'));
  await order.rollUp();
  const { settlement } = (await order.world.parties()).cashier;
  await settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
}

const WHOLE = [
  `Delivered: ${OF_ORDER}.`,
  `Paid: EUR 54.50 for ${OF_ORDER}.`,
  `Refunded: EUR 10.00 of ${OF_ORDER}.`,
];

test('a customer is told of the deduction, the delivery and the refund, and of nothing else', async () => {
  await start();
  await goThrough();
  await settle();
  expect([...texts()].sort()).toEqual(WHOLE);
  expect(new Set(sent().map(({ to }) => to))).toEqual(new Set([PHONE]));
});

test('what happened while the node was off is told when it is back, once', async () => {
  await start();
  await order.buy('express');
  await settle();
  await stop();
  await order.pickUp();
  await order.deliver();
  await start();
  await settle();
  expect(texts()).toEqual([
    `Paid: EUR 54.50 for ${OF_ORDER}.`,
    expect.stringContaining('If you did not get it, tell the bank at once.'),
  ]);
});

test('an alarm and its decision are told', async () => {
  await start();
  const { orderNumber } = order.key;
  await order.buy('stepwise', { logisticsStatement: { goodsTotal: '1' }, orderNumber });
  await settle();
  expect(texts()).toEqual([expect.stringContaining("because the parties' records of it differ")]);
  const { alarm } = await order.world.bank('operator');
  await alarm.resolve({ ...order.key, reason: 'a typing error' });
  await settle();
  expect(texts()[1]).toBe(`The bank has checked ${OF_ORDER}: it can be paid.`);
});

test('a message that fails is sent later, and the others do not wait for it', async () => {
  const outboxFolder = new OutboxFolder(outbox);
  let failing = 1;
  await start({
    messages: {
      send: async (message) => {
        if (message.text.startsWith('Paid') && failing-- > 0) throw new Error('no gateway');
        await outboxFolder.send(message);
      },
    },
  });
  await goThrough();
  await settle();
  expect([...texts()].sort()).toEqual(WHOLE);
});

test('a second reading of the ledger makes the same table, and tells nothing again', async () => {
  await start();
  await goThrough();
  await settle();
  await stop();
  const followed = await db.selectFrom('followed_orders').selectAll().execute();
  await db.deleteFrom('followed_orders').execute();
  await db.deleteFrom('ledger_position').execute();
  rmSync(outbox, { recursive: true });
  await start({ messages: new OutboxFolder(outbox) });
  await settle();
  expect(await db.selectFrom('followed_orders').selectAll().execute()).toEqual(followed);
  expect(await ended()).toHaveLength(WHOLE.length);
  expect(() => sent()).toThrow('ENOENT');
  await new OutboxFolder(outbox).send({ channel: 'sms', to: PHONE, text: 'x', id: 'x' });
});

test('nobody is woken by what is a day old, and a customer without a telephone holds up nothing', async () => {
  await db.updateTable('customers').set({ phone: null }).execute();
  await start();
  await order.buy('express');
  await settle();
  expect(await ended()).toEqual([['deducted', 'nowhere']]);
  await stop();
  await order.pickUp();
  await order.deliver(deliverySecretOf('ORD-1'));
  await db.updateTable('customers').set({ phone: PHONE }).execute();
  const clock = () => Date.now() + 2 * DAY_MS;
  await start({ clock });
  await settle();
  expect(await ended()).toEqual([
    ['deducted', 'nowhere'],
    ['delivered', null],
  ]);
  let passed = 0;
  const least = new LeastTime(clock, () => passed);
  const nobody = () => Promise.reject(new Error('It is too late.'));
  await resumeMessages({ db, clock }, least, nobody);
  passed += DAY_MS;
  await resumeMessages({ db, clock }, least, nobody);
  expect(await ended()).toEqual([
    ['deducted', 'nowhere'],
    ['delivered', 'expired'],
  ]);
  expect(sent()).toEqual([]);
});

test("another bank's customers are told by that bank", async () => {
  await start({ bankId: 'bank-2' });
  await order.buy('express');
  await settle();
  expect(await ended()).toEqual([]);
});
