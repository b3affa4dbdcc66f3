// SPDX-License-Identifier: Apache-2.0
// The budget of state operations: every submitted transaction of the table, run in its costliest ways with orders of one
// and of five lines, stays within what the table declares. Set OFFPAY_PRINT=1 to see the figures.
import {
  ALL_TRANSACTIONS,
  goodsDigest,
  isGtin,
  termsDigest,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/network';
import {
  runExpress,
  runStepwise,
  signRatings,
  toMutable,
  type Parties,
  type PipelineResult,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import { memoryWorld, type MemoryWorld } from '../support/memory-world';
import { registrationOf } from '../support/registrations';
import { liveOffline } from '../support/offline-lives';
import { OperationsMeter, operationsOf, type Measured } from '../support/operations';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time';
import {
  BANK,
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  type CustomerDevice,
  type PurchaseOptions,
} from '../support/world';

type Run = (parties: Parties, purchase: Purchase) => Promise<PipelineResult>;

const WAYS: readonly (readonly [string, Run])[] = [
  ['stepwise', runStepwise],
  ['express', runExpress],
];

const SIZES = [1, 5];
const MOST_LINES = 5;

/** So many chargers cost more than the step-up limit. */
const PIECES_TO_STEP_UP = 50;

const EXPRESS_FIXED = 12;

const SECOND_MERCHANT = 'SecondMerchantMSP';

const gtin = (index: number): string => {
  const body = `40063813340${index}`;
  const digit = Array.from('0123456789').find((last) => isGtin(body + last));
  return `${body}${digit ?? ''}`;
};

const SHELF = Array.from({ length: MOST_LINES }, (_, index) => ({
  ...GOODS.charger,
  gtin: gtin(index),
}));

let memory: MemoryWorld;
let meter: OperationsMeter;
let device: CustomerDevice;
let loginId: string;
let parties: Parties;
let orders = 0;
let customers = 0;

interface OrderOptions extends Partial<PurchaseOptions> {
  readonly lines?: never;
  readonly quantity?: number;
}

/** A purchase of so many different goods. */
function purchaseOf(size: number, { quantity = 1, ...options }: OrderOptions = {}): Purchase {
  orders += 1;
  const purchase = memory.world.purchase(device, loginId, {
    orderNumber: `ORD-${orders}`,
    ...options,
  });
  const shelf = SHELF.slice(0, size);
  const lines = shelf.map((goods) => ({
    gtin: goods.gtin,
    quantity,
    unitPrice: goods.price,
    goodsDigest: goodsDigest(goods),
  }));
  const stated = {
    lines: shelf.map((goods) => ({ gtin: goods.gtin, quantity })),
    goodsTotal: (BigInt(GOODS.charger.price) * BigInt(size * quantity)).toString(),
  };
  return {
    ...purchase,
    basket: { ...purchase.basket, lines },
    merchantStatement: { ...purchase.merchantStatement, ...stated, ...options.merchantStatement },
    logisticsStatement: {
      ...purchase.logisticsStatement,
      ...stated,
      ...options.logisticsStatement,
    },
    stepUp: (terms) => stepUp(terms),
  };
}

/** Both factors, bound to the order, when its total is above the step-up limit. */
async function stepUp(terms: OrderTerms): Promise<void> {
  if (BigInt(terms.total) <= BigInt(POLICY.stepUpLimit[CURRENCY])) return;
  const { identity } = await memory.world.bank('auth-service');
  const boundTo = termsDigest(terms);
  await identity.attestSms({ loginId, boundTo, nonce: `sms-${orders}` });
  await identity.attestPassword({ loginId, boundTo, nonce: `password-${orders}` });
}

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

async function paid(run: Run, purchase: Purchase): Promise<ReturnType<typeof keyOf>> {
  await run(parties, purchase);
  return keyOf(purchase);
}

const WRONG = { goodsTotal: '1' };

async function deliver(purchase: Purchase): Promise<void> {
  const key = keyOf(purchase);
  await parties.dispatcher.logistics.pickUp(key, { transient: { ...purchase.addresses } });
  await parties.dispatcher.logistics.deliver(key);
}

/** Everything that may become of an order. */
async function liveAllLives(run: Run, size: number): Promise<void> {
  const { settlement } = parties.bankNode;
  const operator = await memory.world.bank('operator');
  const ordinary = purchaseOf(size);
  await paid(run, ordinary);
  await deliver(ordinary);
  await run(parties, purchaseOf(size, { quantity: PIECES_TO_STEP_UP / size }));

  const resolved = await paid(run, purchaseOf(size, { logisticsStatement: WRONG }));
  await operator.alarm.resolve({ ...resolved, reason: 'a typing error' });
  await settlement.capture({ ...resolved, captureId: 'claim-1', amount: '1000' });
  await settlement.void(resolved);

  const upheld = await paid(
    run,
    purchaseOf(size, { merchantStatement: WRONG, logisticsStatement: { ...WRONG, lines: [] } }),
  );
  await operator.alarm.uphold({ ...upheld, reason: 'the goods are missing' });
  await parties.cashier.settlement.void(upheld);

  await expire(await paid(run, purchaseOf(size, { claim: null, holdSeconds: 1 })));
  await rate(await paid(run, purchaseOf(size)), size);
  await disputeAll(run, size);
}

/** An unclaimed order, after its hold ran out; its addresses are purged without a delivery. */
async function expire(key: ReturnType<typeof keyOf>): Promise<void> {
  passSeconds(2);
  await parties.bankNode.settlement.expire(key);
  await parties.dispatcher.logistics.purgeAddresses(key);
}

async function rate(key: ReturnType<typeof keyOf>, size: number): Promise<void> {
  const { terms } = await parties.bankNode.orderNumber.readTerms(key);
  const ratings = [
    { subject: 'merchant' as const, subjectId: MERCHANT, stars: 5, defect: false },
    { subject: 'courier' as const, subjectId: terms.courierId, stars: 4, defect: false },
    ...SHELF.slice(0, size).map((goods) => ({
      subject: 'goods' as const,
      subjectId: goods.gtin,
      stars: 4,
      defect: false,
    })),
  ];
  await parties.bankNode.feedback.rate({
    ...key,
    ratings,
    signature: signRatings(device.privateKey, key, ratings),
  });
}

/** Disputes and refunds, out of the payee's balance and out of the hold. */
async function disputeAll(run: Run, size: number): Promise<void> {
  const teller = await memory.world.bank('teller');
  const operator = await memory.world.bank('operator');
  for (const decision of ['uphold', 'reject'] as const) {
    const key = await paid(run, purchaseOf(size));
    await rollUp();
    await teller.settlement.dispute(key);
    await operator.settlement.resolveDispute({ ...key, decision });
  }
  const key = await paid(run, purchaseOf(size));
  await rollUp();
  await parties.cashier.settlement.refund({ ...key, refundId: 'refund-1', amount: '10' });
}

async function rollUp(): Promise<void> {
  for (const payeeId of [MERCHANT, LOGISTICS])
    await rollUpPayee(parties.bankNode, { payeeId, currency: CURRENCY });
}

/** A customer without history, logged in. */
async function newCustomer(): Promise<void> {
  customers += 1;
  device = await memory.world.customer(`customer-${customers}`, '90000000');
  loginId = await memory.world.login(device);
}

beforeAll(async () => {
  stopTime();
  memory = await memoryWorld();
  meter = new OperationsMeter(memory.ledger);
  parties = await memory.world.parties();
  await parties.cashier.goods.registerGoods({ merchantId: MERCHANT, goods: SHELF });
});
beforeEach(newCustomer);
afterAll(resumeTime);

test.each(WAYS.flatMap(([way, run]) => SIZES.map((size) => [way, size, run] as const)))(
  '%s orders of %i lines',
  async (_, size, run) => {
    await liveAllLives(run, size);
    const folded = await memory.world.login(device);
    expect(folded).not.toBe(loginId);
  },
);

test('delivery-gated orders', async () => {
  const { settlement } = parties.bankNode;
  const teller = await memory.world.bank('teller');
  const operator = await memory.world.bank('operator');
  const stars = { subject: 'merchant' as const, subjectId: MERCHANT, stars: 1, defect: false };
  for (let round = 0; round < 12; round += 1) {
    const key = await paid(runExpress, purchaseOf(1));
    await parties.bankNode.feedback.rate({
      ...key,
      ratings: [stars],
      signature: signRatings(device.privateKey, key, [stars]),
    });
  }
  await publishAll();
  const released = purchaseOf(1);
  const key = await paid(runExpress, released);
  await deliver(released);
  await settlement.release(key);
  const unwound = await paid(runExpress, purchaseOf(1));
  await teller.settlement.dispute(unwound);
  await operator.settlement.resolveDispute({ ...unwound, decision: 'uphold' });
  const refunded = purchaseOf(1);
  const inPart = await paid(runExpress, refunded);
  await parties.cashier.settlement.refund({ ...inPart, refundId: 'refund-1', amount: '10' });
  await deliver(refunded);
  await settlement.release(inPart);
});

async function publishAll(): Promise<void> {
  const publish = { owner: MERCHANT };
  const { feedback } = parties.bankNode;
  await feedback.publish({ ...publish, subject: 'merchant', subjectId: MERCHANT });
  for (const goods of SHELF)
    await feedback.publish({ ...publish, subject: 'goods', subjectId: goods.gtin });
  await feedback.publish({
    ...publish,
    owner: LOGISTICS,
    subject: 'courier',
    subjectId: 'courier-cheap',
  });
}

test.each(SIZES)(
  'goods that changed are found by both passes of unit 15: %i lines',
  async (size) => {
    const { cashier, bankNode } = parties;
    const dearer = SHELF.map((goods) => ({ ...goods, price: '2500' }));
    const stale = purchaseOf(size);
    await cashier.orderNumber.openBasket(toMutable(stale.basket));
    await cashier.goods.verify(keyOf(stale));
    const unclaimed = purchaseOf(size, { claim: null });
    await runExpress(parties, unclaimed);
    await cashier.goods.registerGoods({ merchantId: MERCHANT, goods: dearer });
    expect((await cashier.alarm.compareGoods(keyOf(stale))).result.clean).toBe(false);
    const settled = await bankNode.express.settle({ ...keyOf(unclaimed), captureId: 'claim-1' });
    expect(settled.result.state).toBe('blocked');
    await cashier.goods.withdrawGoods({ merchantId: MERCHANT, gtin: gtin(0) });
    await cashier.goods.registerGoods({ merchantId: MERCHANT, goods: SHELF });
    const operator = await memory.world.bank('operator');
    await operator.alarm.resolve({ ...keyOf(stale), pass: 'goods', reason: 'the old price holds' });
    await runStepwise(parties, stale);
  },
);

test('everything around orders', async () => {
  const { world, clientFor } = memory;
  const teller = await world.bank('teller');
  const auth = await world.bank('auth-service');
  const { customerId } = device;
  await rollUp();
  for (const payeeId of [MERCHANT, LOGISTICS])
    await teller.settlement.redeem({
      redeemId: `redeem-${payeeId}`,
      payeeId,
      currency: CURRENCY,
      amount: '10',
    });
  await auth.identity.verifyIdentity({ loginId: 'failing', customerId, deviceId: 'phone' });
  await auth.identity.openLogin({ loginId: 'failing' });
  await auth.identity.beginAuthentication({ loginId: 'failing' });
  await auth.identity.failAuthentication({ loginId: 'failing' });
  await auth.identity.updateProfile({ customerId, missing: ['email'], status: 'active' });
  await teller.identity.revokeDevice({ customerId, deviceId: 'phone' });
  const proposal = { kind: 'policy' as const, policy: { ...POLICY, loginSeconds: 600 } };
  for (const role of ['bank', 'merchant'] as const)
    await clientFor(role, 'operator', BANK).identity.vote({ proposal });
  const admitted = {
    kind: 'participant' as const,
    participant: {
      mspId: SECOND_MERCHANT,
      role: 'merchant' as const,
      actor: 'merchant-org-2',
      bankId: null,
      status: 'active' as const,
    },
  };
  for (const role of ['bank', 'merchant'] as const)
    await clientFor(role, 'operator', BANK).identity.vote({ proposal: admitted });
  await changeCatalogues();
});

/** Batches of other sizes than those that the world began with. */
async function changeCatalogues(): Promise<void> {
  const licensed = await parties.bankNode.goods.readMerchant({ merchantId: MERCHANT });
  const { active, licence, categories } = licensed;
  const merchants = [licensed.mspId, SECOND_MERCHANT].map((mspId) => ({
    merchantId: `shop-of-${mspId}`,
    mspId,
    active,
    licence,
    categories,
  }));
  await (await memory.world.bank('teller')).goods.licenseMerchants({ bankId: BANK, merchants });
  const known = await parties.dispatcher.logistics.listCouriers({ logisticsId: LOGISTICS });
  await parties.dispatcher.logistics.registerCouriers({
    logisticsId: LOGISTICS,
    couriers: known.couriers.slice(0, 1).map(registrationOf),
  });
}

test.each(SIZES)('offline payments of %i devices', (size) => liveOffline(memory, size));

test.each(SIZES)(
  'an ordinary express leg of %i lines takes at most twelve operations and one a line',
  async (size) => {
    const before = memory.ledger.blocks().length;
    await runExpress(parties, purchaseOf(size));
    const legs = memory.ledger
      .blocks()
      .slice(before)
      .flatMap(({ transactions }) => transactions);
    expect(legs.map((leg) => leg.function)).toEqual([
      'express:quote',
      'express:order',
      'express:settle',
    ]);
    expect(Math.max(...legs.map(operationsOf))).toBeLessThanOrEqual(EXPRESS_FIXED + size);
  },
);

describe('together', () => {
  /** The runs that must use the whole budget: both ends of a budget that grows, else the costliest. */
  const ofSizes = (runs: readonly Measured[]): Measured[] => {
    const [first, last] = [runs[0]!, runs.at(-1)!];
    if (first.declared !== last.declared) return [first, last];
    return [runs.reduce((most, run) => (run.actual > most.actual ? run : most))];
  };
  const isOver = ({ actual, declared }: Measured): boolean => actual > declared;

  afterAll(() => {
    if (process.env['OFFPAY_PRINT'] !== undefined) console.table(meter.measured);
  });

  test('every submitted transaction of the table was run', () => {
    const run = new Set(meter.measured.map(({ transaction }) => transaction));
    const submitted = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit').map(
      ({ fullName }) => fullName,
    );
    expect(submitted.filter((name) => !run.has(name))).toEqual([]);
  });

  test('none needs more operations than the table declares', () => {
    expect(meter.measured.filter(isOver)).toEqual([]);
  });

  test('none declares more than it needs, at its smallest and its largest size', () => {
    const slack = [...new Set(meter.measured.map(({ transaction }) => transaction))].flatMap(
      (name) => ofSizes(meter.measured.filter(({ transaction }) => transaction === name)),
    );
    expect(slack.filter(({ actual, declared }) => actual < declared)).toEqual([]);
  });
});
