// SPDX-License-Identifier: Apache-2.0
// A merchant's node on the ledger: its tables say what the ledger says, also when they are made anew, and its shop is told each thing once.
import { Follower } from '@fabric-offline-pay/node-common/node';
import { CURRENCY, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import { WorkerEngine } from '../../network/nodes/common/src/testing/worker-engine.js';
import { openMerchantDatabase } from '../../network/nodes/merchant/src/database/open-database.js';
import { noteEvent } from '../../network/nodes/merchant/src/events/note-event.js';
import { projectionsOf } from '../../network/nodes/merchant/src/followed/projections.js';
import type { MerchantTables } from '../../network/nodes/merchant/src/database/schema.js';
import { MSP } from '../support/memory-world.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OfflineLedger, reserveKeyOf } from '../support/offline-ledger.js';
import { OneOrder } from '../support/one-order.js';

let db: Awaited<ReturnType<typeof openMerchantDatabase>>;
let order: OneOrder;
let follower: Follower<MerchantTables>;
let stop: AbortController;
let following: Promise<void>;

const projections = projectionsOf(
  MSP.merchant,
  noteEvent(Date.now, () => Promise.resolve()),
);
const TABLES = [...projections.flatMap(({ tables }) => tables), 'ledger_position'] as const;

beforeAll(async () => {
  db = await openMerchantDatabase({ engine: new WorkerEngine() });
});
afterAll(() => db.destroy());

beforeEach(async () => {
  for (const table of [...TABLES, 'webhook_events'] as const) await db.deleteFrom(table).execute();
  order = await OneOrder.open();
  start();
});
afterEach(end);

function start(): void {
  stop = new AbortController();
  follower = new Follower({ db, source: new MemoryBlocks(order.memory.ledger), projections });
  following = follower.run(stop.signal);
}

async function end(): Promise<void> {
  stop.abort();
  await following;
}

const settle = (): Promise<void> =>
  follower.reached(
    BigInt(order.memory.ledger.blocks().at(-1)?.number ?? 0),
    AbortSignal.timeout(30_000),
  );

async function contents(): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {};
  for (const table of TABLES) {
    const all = await db.selectFrom(table).selectAll().execute();
    rows[table] = all.map((row) => JSON.stringify(row)).sort();
  }
  return rows;
}

const told = async () =>
  (await db.selectFrom('webhook_events').selectAll().orderBy('seq').execute()).map(
    ({ type }) => type,
  );

test('the tables say what the ledger says, and the same when they are made anew', async () => {
  await order.buy('stepwise');
  await order.pickUp();
  await order.deliver(deliverySecretOf('ORD-1'));
  const { cashier } = await order.world.parties();
  await order.rollUp();
  await cashier.settlement.refund({ ...order.key, refundId: 'R-1', amount: '1000' });
  await order.world.payOut(MERCHANT, 'P-1', '2000');
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'reject');
  await order.world.dispute(order.device, 'ORD-1', 'dispute-2');
  await order.world.decide('ORD-1', 'uphold', 'dispute-2');
  await order.buy('express', { orderNumber: 'ORD-2' });
  await cashier.goods.withdrawGoods({ merchantId: MERCHANT, gtin: '4006381333931' });
  await settle();
  for (const orderNumber of ['ORD-1', 'ORD-2']) {
    const key = { merchantId: MERCHANT, orderNumber };
    const row = await db
      .selectFrom('followed_orders')
      .selectAll()
      .where('order_number', '=', orderNumber)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(row.shown)).toEqual(await cashier.orderNumber.readOrder(key));
    expect(row.total).toBe((await cashier.orderNumber.readTerms(key)).terms.total);
  }
  const disputes = await db.selectFrom('followed_disputes').selectAll().execute();
  expect(disputes.map(({ dispute_id, outcome }) => [dispute_id, outcome])).toEqual([
    ['dispute-1', 'rejected'],
    ['dispute-2', 'upheld'],
  ]);
  const payee = await cashier.settlement.readPayee({ payeeId: MERCHANT, currency: CURRENCY });
  expect(await db.selectFrom('payee_balances').selectAll().executeTakeFirstOrThrow()).toEqual({
    payee_id: MERCHANT,
    currency: CURRENCY,
    balance: payee.balance,
    withheld: payee.withheld,
    owed: payee.owed,
  });
  const movements = await db.selectFrom('payee_movements').selectAll().orderBy('block').execute();
  expect(movements.map(({ kind, amount, reference }) => [kind, amount, reference])).toEqual([
    ['sale', '4980', 'ORD-1'],
    ['refund', '-1000', 'ORD-1'],
    ['payout', '-2000', 'P-1'],
    ['dispute', '-1980', 'ORD-1'],
    ['sale', '4980', 'ORD-2'],
  ]);
  expect(movements.at(-1)?.total_after).toBe(
    (BigInt(payee.balance) + BigInt(payee.open)).toString(),
  );
  const [laptop] = await db.selectFrom('followed_goods').selectAll().orderBy('gtin').execute();
  expect(laptop).toMatchObject({ price: '89900', withdrawn: true });
  const events = await told();
  expect(events).toEqual([
    'order.opened',
    'order.placed',
    'order.authorised',
    'order.matched',
    'order.captured',
    'order.released',
    'order.pickedUp',
    'order.delivered',
    'order.refunded',
    'payout.requested',
    'payout.paid',
    'dispute.opened',
    'dispute.rejected',
    'dispute.opened',
    'order.refunded',
    'dispute.upheld',
    'order.placed',
    'order.authorised',
    'order.captured',
    'order.released',
  ]);

  const before = await contents();
  await end();
  await follower.rebuild();
  start();
  await settle();
  expect(await contents()).toEqual(before);
  expect(await told()).toEqual(events);
});

test('payments without a network, their batch and their refunds', async () => {
  const ledger = await OfflineLedger.open(order.memory);
  const device = await ledger.device('customer-2');
  const payments = [ledger.pay(device), ledger.pay(device)];
  await ledger.settle([[device, payments]]);
  await order.rollUp();
  const { offline } = await order.world.merchant();
  const refund = { refundId: 'R-1', amount: '250', counter: 1, batchId: 'batch-1' };
  await offline.refund({ ...reserveKeyOf(device), merchantId: MERCHANT, ...refund });
  await settle();
  const rows = await db.selectFrom('offline_payments').selectAll().orderBy('counter').execute();
  expect(rows.map(({ counter, amount, refunded }) => [counter, amount, refunded])).toEqual([
    [1, '1250', '250'],
    [2, '1250', '0'],
  ]);
  const { batches } = await offline.listBatches({ merchantId: MERCHANT });
  expect(await db.selectFrom('offline_batches').selectAll().execute()).toMatchObject(
    batches.map(({ batchId, at }) => ({ batch_id: batchId, at, payments: 2, amount: '2500' })),
  );
  expect(await told()).toEqual(['batch.settled', 'payment.refunded']);
});
