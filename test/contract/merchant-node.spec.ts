// SPDX-License-Identifier: Apache-2.0
// A merchant's node on the ledger: its tables say what the ledger says, also when they are made anew, and its shop is told each thing once.
import { ATTRIBUTES, DomainError } from '@fabric-offline-pay/domain';
import { limitsOf, type NodeClient, type Operation } from '@fabric-offline-pay/node-common/client';
import { Follower, type DatabasePlace } from '@fabric-offline-pay/node-common/node';
import {
  RefusedError,
  termsOf,
  UnavailableError,
  type Client,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, deliverySecretOf, MERCHANT } from '@fabric-offline-pay/testing';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { addEvidence } from '../../network/nodes/merchant/src/disputes/evidence.js';
import { MOST_DOCUMENTS } from '../../network/nodes/merchant/src/disputes/evidence-kinds.js';
import { forgetEvidenceJob } from '../../network/nodes/merchant/src/disputes/forget-evidence.js';
import { openMerchantDatabase } from '../../network/nodes/merchant/src/database/open-database.js';
import {
  EVENT_TYPES,
  type EventType,
} from '../../network/nodes/merchant/src/events/event-types.js';
import { noteEvent } from '../../network/nodes/merchant/src/events/note-event.js';
import { placeRefund } from '../../network/nodes/merchant/src/orders/refund.js';
import { projectionsOf } from '../../network/nodes/merchant/src/followed/projections.js';
import type { MerchantTables } from '../../network/nodes/merchant/src/database/schema.js';
import { Webhook } from 'standardwebhooks';
import {
  MERCHANT_API,
  MERCHANT_OPERATIONS,
  type OperationTable,
} from '../../network/nodes/merchant/src/api/operations.js';
import { MerchantHouse } from '../../network/nodes/merchant/src/testing/merchant-house.js';
import {
  balancesIn,
  entriesIn,
  sumOf,
} from '../../network/nodes/common/src/testing/camt-reading.js';
import { errorsIn } from '../../network/nodes/common/src/testing/camt-rules.js';
import { openReceiver, type Receiver } from '../../network/nodes/common/src/testing/receiver.js';
import { wordsOf } from '../api/known-words.js';
import { sampleInput } from '../api/sample-input.js';
import { codeOf } from '../support/code-of.js';
import { eventually } from '../support/eventually.js';
import { MSP } from '../support/memory-world.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { OfflineLedger, reserveKeyOf } from '../support/offline-ledger.js';
import { OneOrder } from '../support/one-order.js';

/** Another shop of the same organisation, served by the same node. */
const NEIGHBOUR = 'merchant-neighbour';

/** A number that two customers pay. */
const SAME_ORDER = { orderNumber: 'TABLE-7' };

const isEventType = (type: string): type is EventType => Object.hasOwn(EVENT_TYPES, type);

/** One for both parts: a database takes a second to start. The node closes it. */
let place: DatabasePlace;
beforeAll(async () => {
  place = await testPlace();
});

describe('its tables', () => {
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
    db = await openMerchantDatabase(place);
  });
  afterAll(async () => {
    await empty();
    if ('url' in place) await db.destroy();
  });

  async function empty(): Promise<void> {
    for (const table of [...TABLES, 'webhook_events', 'evidence'] as const)
      await db.deleteFrom(table).execute();
  }

  beforeEach(async () => {
    await empty();
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

  async function told(): Promise<readonly string[]> {
    const events = await db.selectFrom('webhook_events').selectAll().orderBy('seq').execute();
    for (const { type, data } of events) {
      expect(isEventType(type)).toBe(true);
      if (isEventType(type)) EVENT_TYPES[type].data.parse(JSON.parse(data));
    }
    return events.map(({ type }) => type);
  }

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

  test('refunds of two devices that paid one order number are two events, however often the ledger is read', async () => {
    const ledger = await OfflineLedger.open(order.memory);
    const devices = [await ledger.device('customer-2'), await ledger.device('customer-3')];
    const paid = devices.map((device) => [device, [ledger.pay(device, SAME_ORDER)]] as const);
    await ledger.settle(paid);
    await order.rollUp();
    const client = await order.world.merchant();
    const refund = { ...SAME_ORDER, merchantId: MERCHANT, amount: '250' };
    const place = { batchId: 'batch-1', counter: 1 };
    const context = { db, client, reached: () => settle() };
    await settle();
    await expect(
      placeRefund(context, { ...refund, ...place, refundId: 'R-0' }),
    ).rejects.toMatchObject({ code: 'PAYMENT_AMBIGUOUS' });
    for (const customerId of ['customer-2', 'customer-3'])
      await placeRefund(context, { ...refund, customerId, refundId: `R-${customerId}` });
    expect(await told()).toEqual(['batch.settled', 'payment.refunded', 'payment.refunded']);
    const events = () =>
      db.selectFrom('webhook_events').select(['event_id', 'data']).orderBy('seq').execute();
    const before = await events();
    expect(before.slice(1).map(({ data }) => JSON.parse(data) as unknown)).toEqual(
      devices.map(() => ({ ...refund, currency: CURRENCY, ...place })),
    );
    await end();
    await follower.rebuild();
    start();
    await settle();
    expect(await events()).toEqual(before);
  });

  test('a refund reaches an order that the tables lack, and the payment that it names beside an order of the same number', async () => {
    await order.buy('express');
    await order.rollUp();
    const ledger = await OfflineLedger.open(order.memory);
    const device = await ledger.device('customer-2');
    const { orderNumber } = order.key;
    await ledger.settle([[device, [ledger.pay(device, { orderNumber })]]]);
    await order.rollUp();
    await settle();
    const client = await order.world.merchant();
    const context = { db, client, reached: () => settle() };
    const refund = { ...order.key, amount: '250' };
    await placeRefund(context, { ...refund, refundId: 'R-1', batchId: 'batch-1', counter: 1 });
    await expect(
      placeRefund(context, { ...refund, refundId: 'R-2', batchId: 'batch-2' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const refundedOf = async () => (await client.orderNumber.readOrder(order.key)).hold?.refunded;
    expect(await refundedOf()).toBe('0');
    const [payment] = await db.selectFrom('offline_payments').selectAll().execute();
    expect(payment?.refunded).toBe('250');
    for (const table of ['followed_orders', 'offline_payments'] as const)
      await db.deleteFrom(table).execute();
    expect(await placeRefund(context, { ...refund, refundId: 'R-3' })).toMatchObject({
      refunded: '250',
    });
    const unknown = { ...refund, orderNumber: 'NONE', refundId: 'R-4' };
    await expect(placeRefund(context, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const readOrder = () => Promise.reject(new UnavailableError({}));
    const away = { ...client, orderNumber: { ...client.orderNumber, readOrder } };
    await expect(
      placeRefund({ ...context, client: away }, { ...refund, refundId: 'R-3' }),
    ).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('evidence has a deadline, and its documents are forgotten long after the decision', async () => {
    await order.buy('express');
    await order.world.dispute(order.device, 'ORD-1');
    await settle();
    const DAY_MS = 24 * 3_600_000;
    let now = Date.now();
    const context = { db, clock: () => now, evidenceSeconds: 10 * 24 * 3_600 };
    const key = { ...order.key, disputeId: 'dispute-1' };
    const document = Buffer.from('signed').toString('base64');
    const evidence = { kind: 'other', mediaType: 'text/plain', document } as const;
    await addEvidence(context, key, { ...evidence, evidenceId: 'a' });
    await expect(
      addEvidence(context, key, { ...evidence, evidenceId: 'b', document: '' }),
    ).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    const full = { ...key, disputeId: 'dispute-full' };
    await db
      .insertInto('followed_disputes')
      .expression((insert) =>
        insert
          .selectFrom('followed_disputes')
          .select(['merchant_id', 'order_number', insert.val(full.disputeId).as('dispute_id')])
          .select(['opened_at', 'withheld', 'outcome', 'decided_at']),
      )
      .execute();
    for (let place = 0; place < MOST_DOCUMENTS; place += 1)
      await addEvidence(context, full, { ...evidence, evidenceId: place.toString() });
    await expect(
      addEvidence(context, full, { ...evidence, evidenceId: 'more' }),
    ).rejects.toMatchObject({ code: 'TOO_MANY_DOCUMENTS' });
    const { documents } = await addEvidence(context, full, {
      ...evidence,
      ...{ evidenceId: '0', kind: 'receipt' },
    });
    expect([documents.length, documents[0]?.kind]).toEqual([MOST_DOCUMENTS, 'receipt']);
    await db.deleteFrom('evidence').where('dispute_id', '=', full.disputeId).execute();
    now += 10 * DAY_MS;
    await expect(addEvidence(context, key, { ...evidence, evidenceId: 'b' })).rejects.toMatchObject(
      { code: 'EVIDENCE_LATE' },
    );
    await order.world.decide('ORD-1', 'reject');
    await settle();
    const forget = async (): Promise<string | undefined> => {
      await forgetEvidenceJob(context).run({}, new AbortController().signal);
      const [row] = await db.selectFrom('evidence').selectAll().execute();
      expect(row?.digest).toHaveLength(64);
      return row?.document;
    };
    expect(await forget()).toBe(document);
    now += 171 * DAY_MS;
    expect(await forget()).toBe('');
  });
});

describe('the node', () => {
  let house: MerchantHouse;
  let receiver: Receiver;
  let cashier: NodeClient<OperationTable>;
  let operator: NodeClient<OperationTable>;
  let sale: OneOrder;
  let keys = 0;
  /** What the ledger refuses the next payouts of other shops with. */
  const refusals: RefusedError[] = [];

  /** A key for a call that changes something. */
  const keyed = () => ({ idempotencyKey: `key-${(keys += 1)}` });

  beforeAll(async () => {
    sale = await OneOrder.open();
    receiver = await openReceiver();
    house = await MerchantHouse.open({
      client: await sale.world.merchant(),
      clientOf: (merchantId) => {
        const client = sale.memory.clientFor('merchant', 'cashier', merchantId);
        const requestPayout: Client['settlement']['requestPayout'] = (...call) => {
          const refused = refusals.shift();
          return refused === undefined
            ? client.settlement.requestPayout(...call)
            : Promise.reject(refused);
        };
        return { ...client, settlement: { ...client.settlement, requestPayout } };
      },
      blocks: new MemoryBlocks(sale.memory.ledger),
      mspId: MSP.merchant,
      place,
    });
    cashier = house.clientOf('cashier');
    operator = house.clientOf('operator');
  });
  afterAll(async () => {
    await house.close();
    await receiver.close();
    expect(house.failures).toEqual([]);
  });

  async function purchaseOf(orderNumber: string): Promise<Purchase> {
    const loginId = await sale.world.login(sale.device);
    return sale.world.purchase(sale.device, loginId, { orderNumber });
  }

  /** What the shop was told, once it was told everything. */
  const everythingTold = (types: readonly string[]) =>
    eventually(types.join(), () => {
      const bodies = receiver.received.map(({ body }) => JSON.parse(body) as { type: string });
      return Promise.resolve(bodies.length >= types.length ? bodies : undefined);
    });

  test('takes an order from its terms to a refund, and tells the shop by webhooks', async () => {
    const { secret } = await operator.registerEndpoint({ endpointId: 'shop', url: receiver.url });
    let calls = 0;
    receiver.answer = () => ((calls += 1) === 1 ? 503 : 204);
    const { dispatcher, bankNode } = await sale.world.parties();
    const purchase = await purchaseOf('ORD-1');
    const { basket, logisticsStatement: statement } = purchase;
    const { result: quote } = await dispatcher.express.quote(
      { basket, statement },
      { transient: { ...purchase.addresses } },
    );
    const terms = termsOf(purchase, quote, purchase.choose(quote));
    const signature = await purchase.sign(terms);
    const placed = { terms, signature, statement: purchase.merchantStatement };
    expect(await cashier.orderAtOnce(placed, keyed())).toMatchObject({ state: 'categoryChecked' });
    expect(await cashier.capturesDue({})).toMatchObject([
      { order: { orderNumber: 'ORD-1' }, uncaptured: terms.total, total: terms.total },
    ]);
    await bankNode.express.settle({ ...sale.key, captureId: 'c-1' });
    await sale.rollUp();
    const refund = { ...sale.key, refundId: 'R-1', amount: '1000' };
    const once = keyed();
    const first = await cashier.placeRefund(refund, once);
    expect(first).toMatchObject({ refunded: '1000', replayed: false });
    expect(await cashier.placeRefund(refund, once)).toEqual(first);
    expect(await cashier.placeRefund(refund, keyed())).toMatchObject({ replayed: true });
    expect(await cashier.capturesDue({})).toEqual([]);
    expect((await cashier.readOrder(sale.key)).order).toMatchObject({ state: 'refunded' });
    const types = ['order.placed', 'order.authorised', 'order.captured', 'order.released'];
    const told = await everythingTold(['order.placed', ...types, 'order.refunded']);
    expect(told.map(({ type }) => type)).toEqual(['order.placed', ...types, 'order.refunded']);
    for (const { body, headers } of receiver.received)
      new Webhook(secret).verify(body, headers as Record<string, string>);
    const customer = sale.device.customerId;
    expect(receiver.received.filter(({ body }) => body.includes(customer))).toEqual([]);
    expect(house.logged.filter((line) => line.includes('whsec_'))).toEqual([]);
  });

  test('opens a basket and verifies it, step by step', async () => {
    const { basket } = await purchaseOf('ORD-2');
    const key = { ...sale.key, orderNumber: 'ORD-2' };
    expect(await cashier.openBasket(basket, keyed())).toMatchObject({ state: 'basket' });
    await cashier.verifyGoods(key, keyed());
    expect(await cashier.partition(key, keyed())).toMatchObject({ categories: ['26111704'] });
    const page = await cashier.listOrders({ state: 'basket' });
    expect(page.orders.map(({ order: { orderNumber } }) => orderNumber)).toEqual(['ORD-2']);
    const { next } = await cashier.listOrders({ limit: 1 });
    const rest = await cashier.listOrders({ limit: 5, after: next ?? '' });
    expect(rest.orders.map(({ order: { orderNumber } }) => orderNumber)).toEqual(['ORD-2']);
    await expect(cashier.voidOrder(key, keyed())).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await expect(cashier.voidOrder(key)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_MISSING' });
  });

  test('registers a file of goods, as often as it comes', async () => {
    const head =
      'merchant_id,gtin,name,category,price,currency,origin,certificate,weight_g,latitude,longitude,withdrawn,tax_rate';
    const place = '52.520008,13.404954';
    const csv = [
      head,
      `${MERCHANT},4006381333955,"Cable, 2 m",26111704,9.90,EUR,DE,CE-1,80,${place},no,19`,
      `${MERCHANT},4006381333956,Wrong digit,26111704,9.90,EUR,DE,CE-1,80,${place},no,19`,
      `${MERCHANT},4006381333955,Again,26111704,9.90,EUR,DE,CE-1,80,${place},no,19`,
      `${MERCHANT},4006381333962,Yen,26111704,9.90,JPY,DE,CE-1,80,${place},no,19`,
      `other,4006381333979,Other,26111704,9.90,EUR,DE,CE-1,80,${place},no,19`,
    ].join('\n');
    const importing = (dryRun: boolean) =>
      cashier.importGoods({ merchantId: MERCHANT, csv, dryRun }, keyed());
    const changed = [{ line: 2, gtin: '4006381333955', result: 'changed' }];
    const problems = [
      { line: 3, field: 'gtin', code: 'FIELD_INVALID' },
      { line: 4, field: 'gtin', code: 'GTIN_REPEATED' },
      { line: 5, field: 'price', code: 'PRICE_INVALID' },
      { line: 6, field: 'merchant_id', code: 'MERCHANT_DIFFERS' },
    ];
    const before = sale.memory.ledger.blocks().length;
    expect(await importing(true)).toEqual({ dryRun: true, lines: changed, problems });
    expect(sale.memory.ledger.blocks()).toHaveLength(before);
    expect(await importing(false)).toEqual({ dryRun: false, lines: changed, problems });
    expect(sale.memory.ledger.blocks()).toHaveLength(before + 1);
    expect((await importing(false)).lines).toMatchObject([{ result: 'unchanged' }]);
    expect(sale.memory.ledger.blocks()).toHaveLength(before + 1);
    const gtin = '4006381333955';
    await cashier.withdrawGoods({ merchantId: MERCHANT, gtin }, keyed());
    const { goods } = await cashier.listGoods({ merchantId: MERCHANT });
    expect(goods.find((each) => each.gtin === gtin)).toMatchObject({
      name: 'Cable, 2 m',
      price: '990',
      withdrawn: true,
    });
    expect(
      await cashier.importGoods({ merchantId: MERCHANT, csv: 'a"b\n"' }, keyed()),
    ).toMatchObject({
      lines: [],
      problems: [{ code: 'FILE_UNREADABLE' }],
    });
  });

  test('collects evidence in a dispute and submits it once', async () => {
    await sale.buy('express', { orderNumber: 'ORD-3' });
    await sale.world.dispute(sale.device, 'ORD-3', 'D-3');
    const key = { ...sale.key, orderNumber: 'ORD-3', disputeId: 'D-3' };
    const [open] = await eventually('the dispute', async () => {
      const disputes = await cashier.listDisputes({});
      return disputes.length === 0 ? undefined : disputes;
    });
    expect(open).toMatchObject({
      ...key,
      outcome: 'undecided',
      withheld: '4980',
      submittedAt: null,
    });
    await expect(cashier.evidenceBundle(key)).rejects.toMatchObject({ code: 'EVIDENCE_MISSING' });
    const document = Buffer.from('signed for by nobody').toString('base64');
    const evidence = { ...key, kind: 'deliveryProof', mediaType: 'text/plain', document } as const;
    const one = await cashier.addEvidence({ ...evidence, evidenceId: 'proof' });
    const two = await cashier.addEvidence({ ...evidence, evidenceId: 'receipt', kind: 'receipt' });
    const submit = (digest: string) => cashier.submitEvidence({ ...key, digest }, keyed());
    await expect(submit(one.digest)).rejects.toMatchObject({ code: 'EVIDENCE_CHANGED' });
    const submitted = await submit(two.digest);
    expect(submitted.submittedAt).not.toBeNull();
    expect(await submit(two.digest)).toEqual(submitted);
    await expect(submit(one.digest)).rejects.toMatchObject({ code: 'EVIDENCE_SUBMITTED' });
    await expect(cashier.addEvidence({ ...evidence, evidenceId: 'late' })).rejects.toMatchObject({
      code: 'EVIDENCE_SUBMITTED',
    });
    const bundle = JSON.parse(await cashier.evidenceBundle(key)) as { contents: unknown };
    expect(bundle.contents).toEqual([
      { evidenceId: 'proof', document },
      { evidenceId: 'receipt', document },
    ]);
    expect(house.logged.filter((line) => line.includes(document))).toEqual([]);
    await sale.world.decide('ORD-3', 'reject', 'D-3');
    await eventually('the decision', async () => {
      const { outcome } = await cashier.readDispute(key);
      return outcome === 'rejected' ? outcome : undefined;
    });
    await expect(cashier.addEvidence({ ...evidence, evidenceId: 'x' })).rejects.toMatchObject({
      code: 'DISPUTE_DECIDED',
    });
  });

  test('says what a day brought, and asks for a payout', async () => {
    await sale.rollUp();
    const payee = { payeeId: MERCHANT, currency: CURRENCY };
    await cashier.requestPayout({ ...payee, redeemId: 'P-1', amount: '2000' }, keyed());
    expect(await cashier.listPayouts({ waiting: 'true' })).toMatchObject([
      { redeemId: 'P-1', paidAt: null },
    ]);
    await (
      await sale.world.bank('teller')
    ).settlement.redeem({ ...payee, redeemId: 'P-1', amount: '2000' });
    const [balance] = await eventually('the payout', async () => {
      const waiting = await cashier.listPayouts({ waiting: 'true' });
      return waiting.length === 0 ? cashier.listBalances({}) : undefined;
    });
    const date = new Date().toISOString().slice(0, 10);
    const report = await cashier.settlementReport({ ...payee, date });
    expect(report).toMatchObject({
      opening: '0',
      closing: '6960',
      totals: { sale: '9960', refund: '-1000', payout: '-2000' },
      payouts: [{ redeemId: 'P-1', amount: '2000' }],
    });
    expect(balance).toEqual({ ...payee, balance: '6960', withheld: '0', owed: '0', open: '0' });
    const records = (await cashier.settlementFile({ ...payee, date, format: 'csv' })).split('\r\n');
    expect(records).toHaveLength(1 + 2 + report.entries.length + 1);
    expect(records.at(-2)).toMatch(/,closingBalance,,,69\.60,69\.60,EUR,/);
    const camt = await cashier.settlementFile({ ...payee, date, format: 'camt.053' });
    expect(errorsIn(camt)).toEqual([]);
    expect(camt).toContain(`block ${report.height.block} ${report.height.hash}`);
    expect(balancesIn(camt)).toEqual({ OPBD: 0n, CLBD: 6960n, CLAV: 6960n });
    const booked = entriesIn(camt);
    expect(sumOf(booked)).toBe(BigInt(report.closing) - BigInt(report.opening));
    const paid = booked.filter(({ kind }) => kind === 'payout');
    expect(paid.map(({ reference }) => reference)).toEqual(
      report.payouts.map(({ redeemId }) => redeemId),
    );
    expect(-sumOf(paid)).toBe(report.payouts.reduce((sum, { amount }) => sum + BigInt(amount), 0n));
    const pdf = await cashier.settlementFile({ ...payee, date, format: 'pdf' });
    expect(pdf.slice(0, 5)).toBe('%PDF-');
    const before = { ...payee, date: '2001-01-01', format: 'camt.053' } as const;
    const empty = await cashier.settlementFile(before);
    expect([errorsIn(empty), entriesIn(empty)]).toEqual([[], []]);
  });

  test('lets each role do its own, and nobody else anything', async () => {
    const till = house.clientOf('terminal');
    const terminal = { merchantId: MERCHANT, terminalId: 'till-1', currency: CURRENCY };
    await till.reportTerminal({ ...terminal, waiting: 2, amount: '2500', oldestAt: 1_800_000_000 });
    expect(await cashier.listTerminals({})).toMatchObject([{ ...terminal, waiting: 2 }]);
    const silent = { ...terminal, terminalId: 'till-2', waiting: 0, oldestAt: null };
    await till.reportTerminal({ ...silent, amount: '0' });
    expect(await cashier.listTerminals({ limit: '1' })).toMatchObject([{ terminalId: 'till-1' }]);
    await expect(
      till.reportTerminal({ ...silent, amount: '9'.repeat(1_000) }),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'amount' });
    const denied = { code: 'ACCESS_DENIED' };
    await expect(till.listOrders({})).rejects.toMatchObject(denied);
    await expect(cashier.listEndpoints({})).rejects.toMatchObject(denied);
    await expect(operator.listOrders({})).rejects.toMatchObject(denied);
    await expect(house.clientOf('courier').health()).rejects.toMatchObject(denied);
    const well = { answers: true, required: true };
    expect(await operator.ready()).toEqual({ database: well, ledger: well, follower: well });
    // Calls with keys are forgotten by a job that no node has to think of.
    expect(await operator.metrics()).toContain('job="forget-answers"');
    expect(await operator.metrics()).toMatch(/offpay_webhook_endpoints\{state="active".*\} 1\n/);
  });

  describe('for a cashier of another shop of the organisation', () => {
    let neighbour: NodeClient<OperationTable>;
    /** Things of the merchant that exist. */
    const words = {
      ...wordsOf('own'),
      ...{ orderNumber: ['ORD-3'], disputeId: ['D-3'], merchantId: [MERCHANT] },
    };

    beforeAll(async () => {
      const { goods } = sale.memory.clientFor('bank', 'teller', BANK);
      const { mspId, active, licence, categories } = await goods.readMerchant({
        merchantId: MERCHANT,
      });
      const licensed = { merchantId: NEIGHBOUR, mspId, active, licence, categories };
      await goods.licenseMerchants({ bankId: BANK, merchants: [licensed] });
      neighbour = house.clientOf('cashier', NEIGHBOUR);
    });

    const naming = Object.entries<Operation>(MERCHANT_OPERATIONS).filter(
      ([, operation]) =>
        operation.roles.includes('cashier') && limitsOf(operation, MERCHANT_API.fields).length > 0,
    );

    test.each(naming)('%s answers as if the merchant did not exist', async (name, operation) => {
      const calls = neighbour as unknown as Record<
        string,
        (input: object, options: object) => Promise<unknown>
      >;
      const input = { ...sampleInput(name, operation, words) };
      if ('merchantId' in operation.input.shape) input['merchantId'] = MERCHANT;
      await expect(calls[name]?.(input, keyed())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('lists hold its own things alone', async () => {
      const listed = (by: NodeClient<OperationTable>) =>
        Promise.all([
          by.listOrders({}).then(({ orders }) => orders),
          by.capturesDue({}),
          by.listBalances({}),
          by.listPayouts({}),
          by.listTerminals({}),
          by.listDisputes({ outcome: 'rejected' }),
        ]);
      expect(await listed(neighbour)).toEqual([[], [], [], [], [], []]);
      const all = await listed(cashier);
      expect(await listed(house.clientOf('cashier', MERCHANT))).toEqual(all);
      expect(all.map((things) => things.length > 0)).toEqual([true, false, true, true, true, true]);
    });

    test('what the ledger refuses for now is tried again under the same key', async () => {
      refusals.push(new RefusedError(new DomainError('CLOCK_SKEW').toWire()));
      const payout = { payeeId: NEIGHBOUR, currency: CURRENCY, redeemId: 'P-9', amount: '1' };
      const once = keyed();
      const answers: string[] = [];
      for (let time = 0; time < 2; time += 1)
        answers.push(
          await codeOf(async () => JSON.stringify(await neighbour.requestPayout(payout, once))),
        );
      expect(answers).toEqual(['CLOCK_SKEW', expect.stringContaining('"replayed":false')]);
    });

    test('a caller whose certificate names no merchant reads of all, and writes for the own', async () => {
      const key = { merchantId: NEIGHBOUR };
      expect(await cashier.listGoods(key)).toEqual({ goods: [], next: null });
      const terminal = { ...key, terminalId: 't', currency: CURRENCY, waiting: 0, amount: '0' };
      const report = { ...terminal, oldestAt: null };
      const refused = { code: 'NOT_FOUND', field: 'merchantId' };
      await expect(cashier.reportTerminal(report)).rejects.toMatchObject(refused);
      await neighbour.reportTerminal(report);
      expect(await neighbour.listTerminals({})).toMatchObject([terminal]);
    });
  });

  test('opens no door to a certificate without its role', async () => {
    for (const role of [...ATTRIBUTES, 'customer-channel']) {
      const client: unknown = house.clientOf(role);
      const calls = client as Record<string, (input: object) => Promise<unknown>>;
      for (const [name, { roles }] of Object.entries(MERCHANT_OPERATIONS)) {
        if (roles.some((allowed) => allowed === role)) continue;
        const refused = codeOf(async () => JSON.stringify(await calls[name]?.({})));
        expect([role, name, await refused]).toEqual([role, name, 'ACCESS_DENIED']);
      }
    }
  });
});
