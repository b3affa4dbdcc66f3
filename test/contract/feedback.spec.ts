// SPDX-License-Identifier: Apache-2.0
// Units 7 and 18 in detail, on the ledger in memory: where each threshold lies, that nothing counts twice, and that both
// ways of an order obey.
import { limitsFor, type InputOf } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, signRatings, type Parties, type Purchase } from '@fabric-offline-pay/sdk';
import {
  CURRENCY,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
  type CustomerDevice,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import { RUNS } from '../support/both-ways.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import {
  assess,
  authenticate,
  failLogin,
  fullHistory,
  mismatch,
  stepUpFor,
} from '../support/histories.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

type Ratings = InputOf<'feedback', 'rate'>['ratings'];
type Subject = Ratings[number]['subject'];

const OWNER: Readonly<Record<Subject, string>> = {
  goods: MERCHANT,
  merchant: MERCHANT,
  courier: LOGISTICS,
};
const LAPTOPS = (quantity: number): Partial<PurchaseOptions> => ({
  lines: [{ goods: 'laptop', quantity }],
});

let memory: MemoryWorld;
let parties: Parties;
let device: CustomerDevice;
let loginId: string;
let orders = 0;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  parties = await memory.world.parties();
  device = await memory.world.customer('customer-1');
  loginId = await memory.world.login(device);
});

/** A purchase of the customer's newest login, that passes the step-up factors when it needs them. */
function purchase(options: Partial<PurchaseOptions> = {}): Purchase {
  orders += 1;
  return stepUpFor(
    memory.world,
    memory.world.purchase(device, loginId, { orderNumber: `ORD-${orders}`, ...options }),
  );
}

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

const deliver = ({ basket: { orderNumber } }: Purchase) => memory.world.deliver(orderNumber);

async function rate(bought: Purchase, by: CustomerDevice, ...ratings: Ratings) {
  const key = keyOf(bought);
  const signature = signRatings(by.privateKey, key, ratings);
  return parties.bankNode.feedback.rate({ ...key, ratings, signature });
}

/** The customer buys a charger, gets it, and rates something about it. */
async function buyAndRate(...ratings: Ratings): Promise<Purchase> {
  const bought = purchase();
  await runExpress(parties, bought);
  await deliver(bought);
  await rate(bought, device, ...ratings);
  return bought;
}

let strangers = 0;

/** A new customer does so. */
async function strangerRates(...ratings: Ratings): Promise<void> {
  strangers += 1;
  const [before, login] = [device, loginId];
  device = await memory.world.customer(`stranger-${strangers}`);
  loginId = await memory.world.login(device);
  await buyAndRate(...ratings);
  [device, loginId] = [before, login];
}

const publish = async (subject: Subject, subjectId: string) =>
  (
    await parties.bankNode.feedback.publish({
      subject,
      owner: OWNER[subject],
      subjectId,
    })
  ).result;

async function rateAndPublish(
  subject: Subject,
  subjectId: string,
  ...stars: readonly number[]
): Promise<void> {
  for (const each of stars) await strangerRates({ subject, subjectId, stars: each, defect: false });
  await publish(subject, subjectId);
}

const defect = { subject: 'goods' as const, subjectId: GOODS.charger.gtin, stars: 1, defect: true };

async function couriersQuoted(): Promise<string[]> {
  const asked = purchase();
  await runExpress(parties, asked);
  const { offers } = await parties.dispatcher.logistics.readQuote({
    ...keyOf(asked),
    logisticsId: LOGISTICS,
  });
  return offers.flatMap(({ couriers }) => couriers.map(({ courierId }) => courierId));
}

describe('reputation (unit 7)', () => {
  test('every kind of failure costs its points, a success pays one back', async () => {
    expect((await assess(memory.world, device)).score).toBe(100);
    await failLogin(memory.world, device, 1);
    expect(await assess(memory.world, device)).toEqual({
      score: 95,
      limits: limitsFor(100, POLICY.reputation),
    });
    loginId = await memory.world.login(device);
    await mismatch(memory.world, loginId, device);
    expect((await assess(memory.world, device)).score).toBe(85);
    loginId = await memory.world.login(device);
    const disputed = purchase();
    await runExpress(parties, disputed);
    const { orderNumber } = disputed.basket;
    await memory.world.dispute(device, orderNumber);
    await memory.world.decide(orderNumber, 'reject');
    expect(await assess(memory.world, device)).toEqual({
      score: 71,
      limits: limitsFor(71, POLICY.reputation),
    });
  });

  test('an upheld dispute does not count against the customer', async () => {
    const disputed = purchase();
    await runExpress(parties, disputed);
    await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
    const { orderNumber } = disputed.basket;
    await memory.world.dispute(device, orderNumber);
    await memory.world.decide(orderNumber, 'uphold');
    expect((await assess(memory.world, device)).score).toBe(100);
  });

  test('a failure counts once, however often the customer logs in', async () => {
    await failLogin(memory.world, device, 1);
    await assess(memory.world, device);
    expect((await assess(memory.world, device)).score).toBe(95);
    const { identity } = await memory.world.bank('auth-service');
    expect(
      (await identity.readReputation({ customerId: device.customerId })).totals
        .failedAuthentication,
    ).toBe(1);
  });

  test.each([
    [4, 5, 'released'],
    [5, 2, 'captured'],
    [10, 2, 'captured'],
  ])('%i failed logins: %i laptops end %s', async (failures, quantity, state) => {
    await failLogin(memory.world, device, failures);
    loginId = await memory.world.login(device);
    expect((await runExpress(parties, purchase(LAPTOPS(quantity)))).state).toBe(state);
  });

  test.each([
    [5, 3],
    [11, 2],
    [17, 1],
  ])('%i failed logins: %i laptops are above the limit, both ways', async (failures, quantity) => {
    await failLogin(memory.world, device, failures);
    loginId = await memory.world.login(device);
    for (const [, run] of RUNS)
      await expect(run(parties, purchase(LAPTOPS(quantity)))).rejects.toMatchObject({
        code: 'LIMIT_EXCEEDED',
      });
  });

  test('limits are those of the login, not of a better one before', async () => {
    const better = loginId;
    await fullHistory(memory.world, device);
    loginId = await memory.world.login(device);
    await expect(runExpress(parties, purchase(LAPTOPS(3)))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    const { limits } = await (
      await memory.world.bank('auth-service')
    ).identity.readLogin({ loginId: better });
    expect(limits?.percent).toBe(100);
  });

  test('a login that was never assessed may pay nothing', async () => {
    loginId = await authenticate(memory.world, device, 'unassessed');
    for (const [, run] of RUNS)
      await expect(run(parties, purchase())).rejects.toMatchObject({
        code: 'LOGIN_NOT_AUTHENTICATED',
      });
  });
});

describe.each(RUNS)('feedback (unit 18), %s', (_, run) => {
  test('two bad ratings are not enough, the third moves the release to delivery', async () => {
    await rateAndPublish('merchant', MERCHANT, 1, 1);
    expect((await run(parties, purchase())).state).toBe('released');
    await rateAndPublish('merchant', MERCHANT, 1);
    const gated = purchase();
    expect((await run(parties, gated)).state).toBe('captured');
    await expect(parties.bankNode.settlement.release(keyOf(gated))).rejects.toMatchObject({
      code: 'RELEASE_NOT_DUE',
    });
    const delivered = await memory.world.deliver(gated.basket.orderNumber);
    expect(delivered.result.state).toBe('released');
  });

  test('ratings that are not published have no effect', async () => {
    for (let count = 0; count < 3; count += 1) await strangerRates(defect);
    expect((await run(parties, purchase())).state).toBe('released');
  });

  test('three defects among three customers: unit 8 refuses the goods, and others still sell', async () => {
    for (let count = 0; count < 3; count += 1) await strangerRates(defect);
    await publish('goods', GOODS.charger.gtin);
    await expect(run(parties, purchase())).rejects.toMatchObject({ code: 'GOODS_DEFECTIVE' });
    expect((await run(parties, purchase(LAPTOPS(1)))).state).toBe('released');
  });

  test('three defects among eleven customers are below three in ten', async () => {
    for (let count = 0; count < 3; count += 1) await strangerRates(defect);
    for (let count = 0; count < 8; count += 1)
      await strangerRates({ ...defect, stars: 5, defect: false });
    await publish('goods', GOODS.charger.gtin);
    expect((await run(parties, purchase())).state).toBe('released');
  });

  test.each([
    ['the same registration', {}],
    ['another certificate', { certificate: 'CE-OTHER' }],
    ['another price', { price: '2480' }],
  ])('%s does not clear defective goods', async (__, changes) => {
    for (let count = 0; count < 3; count += 1) await strangerRates(defect);
    await publish('goods', GOODS.charger.gtin);
    const { goods } = parties.cashier;
    const register = (registration: typeof GOODS.charger) =>
      goods.registerGoods({ merchantId: MERCHANT, goods: [registration] });
    await register({ ...GOODS.charger, ...changes });
    await register(GOODS.charger);
    await expect(run(parties, purchase())).rejects.toMatchObject({ code: 'GOODS_DEFECTIVE' });
  });

  test('what customers said long ago decides nothing any more', async () => {
    for (let count = 0; count < 3; count += 1)
      await strangerRates(defect, { ...defect, subject: 'merchant', subjectId: MERCHANT });
    await publish('goods', GOODS.charger.gtin);
    await publish('merchant', MERCHANT);
    await expect(run(parties, purchase())).rejects.toMatchObject({ code: 'GOODS_DEFECTIVE' });
    passSeconds(POLICY.ratings.halfLifeSeconds);
    loginId = await memory.world.login(device);
    expect((await run(parties, purchase())).state).toBe('released');
  });
});

describe('couriers (units 18 and 1104)', () => {
  test('an average of two and a half stars is still good enough', async () => {
    await rateAndPublish('courier', 'courier-cheap', 1, 4, 1, 4);
    expect(await couriersQuoted()).toEqual(['courier-cheap', 'courier-dear']);
  });

  test('below it the courier is quoted no more', async () => {
    await rateAndPublish('courier', 'courier-cheap', 1, 4, 1, 3);
    expect(await couriersQuoted()).toEqual(['courier-dear']);
  });

  test('when all are rated poorly, nothing can be quoted', async () => {
    await rateAndPublish('courier', 'courier-cheap', 1, 1, 1);
    await rateAndPublish('courier', 'courier-dear', 1, 1, 1);
    for (const [, run] of RUNS)
      await expect(run(parties, purchase())).rejects.toMatchObject({ code: 'NO_COURIER' });
  });
});

describe('one customer', () => {
  const bad = (subject: Subject, subjectId: string) => ({ ...defect, subject, subjectId });

  test('has one opinion, however many orders it rates', async () => {
    for (let count = 0; count < 4; count += 1)
      await buyAndRate(defect, bad('merchant', MERCHANT), bad('courier', 'courier-cheap'));
    expect(await publish('goods', GOODS.charger.gtin)).toMatchObject({ weight: 1000 });
    expect(await publish('merchant', MERCHANT)).toMatchObject({ weight: 1000, stars: 1000 });
    await publish('courier', 'courier-cheap');
    expect((await runExpress(parties, purchase())).state).toBe('released');
    expect(await couriersQuoted()).toEqual(['courier-cheap', 'courier-dear']);
  });

  test('changes its mind: the newer opinion takes the place of the older', async () => {
    await rateAndPublish('merchant', MERCHANT, 3);
    await buyAndRate(bad('merchant', MERCHANT));
    expect(await publish('merchant', MERCHANT)).toMatchObject({ weight: 2000, stars: 4000 });
    await buyAndRate({ ...bad('merchant', MERCHANT), stars: 5, defect: false });
    const after = { weight: 2000, stars: 8000, defects: 0 };
    expect(await publish('merchant', MERCHANT)).toMatchObject(after);
  });

  test('counts less for orders that were not delivered, or whose money went back', async () => {
    const awaited = purchase();
    await runExpress(parties, awaited);
    await rate(awaited, device, bad('merchant', MERCHANT));
    expect(await publish('merchant', MERCHANT)).toMatchObject({ weight: 250, stars: 250 });
    const returned = await buyAndRate(bad('merchant', MERCHANT));
    await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
    const refund = { ...keyOf(returned), refundId: 'back', amount: '4980' };
    await parties.cashier.settlement.refund(refund);
    expect(await publish('merchant', MERCHANT)).toMatchObject({ weight: 250, stars: 250 });
  });

  test('says one thing about a subject at a time', async () => {
    await expect(buyAndRate(defect, { ...defect, stars: 5 })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('publishing', () => {
  test('adds to what was published, and counts no rating twice', async () => {
    await rateAndPublish('merchant', MERCHANT, 5, 4);
    const first = { replayed: true, weight: 2000, stars: 9000 };
    expect(await publish('merchant', MERCHANT)).toMatchObject(first);
    await strangerRates({ subject: 'merchant', subjectId: MERCHANT, stars: 3, defect: false });
    const then = { replayed: false, weight: 3000, stars: 12_000 };
    expect(await publish('merchant', MERCHANT)).toMatchObject(then);
  });

  test('an order is rated once', async () => {
    const bought = purchase();
    await runExpress(parties, bought);
    await deliver(bought);
    const merchant = { subject: 'merchant' as const, subjectId: MERCHANT, defect: false };
    await rate(bought, device, { ...merchant, stars: 5 });
    await publish('merchant', MERCHANT);
    expect((await rate(bought, device, { ...merchant, stars: 5 })).result.replayed).toBe(true);
    await expect(rate(bought, device, { ...merchant, stars: 1 })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    const once = { replayed: true, weight: 1000, stars: 5000 };
    expect(await publish('merchant', MERCHANT)).toMatchObject(once);
  });

  test.each([
    [
      'another courier',
      { subject: 'courier' as const, subjectId: 'courier-dear', stars: 1, defect: false },
    ],
    [
      'goods not bought',
      { subject: 'goods' as const, subjectId: GOODS.laptop.gtin, stars: 1, defect: true },
    ],
    [
      'another merchant',
      { subject: 'merchant' as const, subjectId: 'merchant-2', stars: 1, defect: false },
    ],
  ])('%s cannot be rated by this order', async (_, rating) => {
    await expect(buyAndRate(rating)).rejects.toMatchObject({ code: 'SUBJECT_NOT_IN_ORDER' });
  });

  test('a rating without the customer is refused', async () => {
    const bought = purchase();
    await runExpress(parties, bought);
    const stranger = await memory.world.customer('customer-2');
    const key = keyOf(bought);
    const rate = {
      ...key,
      ratings: [defect],
      signature: signRatings(stranger.privateKey, key, [defect]),
    };
    await expect(parties.bankNode.feedback.rate(rate)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
  });

  test('an order that was not paid cannot be rated', async () => {
    const blocked = purchase({ logisticsStatement: { orderNumber: 'ANOTHER' } });
    await runExpress(parties, blocked);
    const key = keyOf(blocked);
    const rate = {
      ...key,
      ratings: [defect],
      signature: signRatings(device.privateKey, key, [defect]),
    };
    await expect(parties.bankNode.feedback.rate(rate)).rejects.toMatchObject({
      code: 'PURCHASE_REQUIRED',
    });
  });
});
