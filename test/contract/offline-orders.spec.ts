// SPDX-License-Identifier: Apache-2.0
// Orders to deliver that were paid without a network: the voucher stands for login and signature, the reserve gives the
// money held, and from then on the order goes as any other. After each test the books balance.
import {
  holds,
  OFFLINE_LOGIN,
  termsDigest,
  verdictOf,
  type OrderTerms,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import { signRatings, termsOf, type Parties, type Purchase } from '@fabric-offline-pay/sdk';
import { BANK, LOGISTICS, MERCHANT, type PurchaseOptions } from '@fabric-offline-pay/testing';
import { earnedBy, availableTo } from '../support/balances.js';
import { defined } from '../support/defined.js';
import { quoteLeg, settleLeg } from '../support/express-legs.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { OfflineLedger, reserveKeyOf, wire } from '../support/offline-ledger.js';
import { forge, type Device, type Payment } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const MONEY = 1_000_000;
const FUNDED = 20_000;
/** One charger. */
const GOODS_TOTAL = 2_490;

let memory: MemoryWorld;
let ledger: OfflineLedger;
let parties: Parties;
let device: Device;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  parties = await memory.world.parties();
  device = await ledger.device('customer-1');
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

interface Delivery {
  readonly terms: OrderTerms;
  readonly purchase: Purchase;
}

/** What logistics quoted before the terminal lost its network. */
async function quoteDelivery(options: Partial<PurchaseOptions> = {}): Promise<Delivery> {
  const { customerId } = device.certificate;
  const of = { customerId, privateKey: device.key };
  const purchase = memory.world.purchase(of, OFFLINE_LOGIN, {
    orderNumber: 'ORD-1',
    lines: [{ goods: 'charger', quantity: 1 }],
    ...options,
  });
  const { result } = await quoteLeg(parties, purchase);
  return { purchase, terms: termsOf(purchase, result, purchase.choose(result)) };
}

/** The device pays these terms. */
const payTerms = (terms: OrderTerms, from = device, amount = BigInt(terms.total)): Payment =>
  ledger.pay(from, {
    orderNumber: terms.orderNumber,
    amount,
    purpose: { kind: 'delivery', termsDigest: Buffer.from(termsDigest(terms), 'hex') },
  });

const place = ({ terms, purchase }: Delivery, claim: VoucherClaim) =>
  parties.cashier.offline.order({
    terms,
    statement: purchase.merchantStatement,
    deviceId: 'phone',
    epoch: 1,
    ...wire(claim),
  });

const order = (orderNumber = 'ORD-1') =>
  parties.bankNode.orderNumber.readOrder({ merchantId: MERCHANT, orderNumber });

const KEY = { merchantId: MERCHANT, orderNumber: 'ORD-1' };

const earned = async (payeeId: string): Promise<number> =>
  Number(await earnedBy(parties.bankNode, payeeId));

const available = async (): Promise<number> =>
  Number(await availableTo(parties.bankNode, 'customer-1'));

it('is held out of the reserve, and captured when the three statements agree', async () => {
  const delivery = await quoteDelivery();
  const total = Number(delivery.terms.total);
  const { result } = await place(delivery, payTerms(delivery.terms));
  expect(result).toMatchObject({ state: 'categoryChecked', replayed: false });
  expect(verdictOf(result.verdict)).toBe('settled');
  expect(holds.standing(defined((await order()).hold, 'hold'))).toBe(delivery.terms.total);
  const reserve = await ledger.node.offline.readReserve(reserveKeyOf(device));
  expect(reserve.settled).toBe(delivery.terms.total);

  const settled = await settleLeg(parties, KEY);
  expect(settled.result.state).toBe('released');
  expect([await earned(MERCHANT), await earned(LOGISTICS)]).toEqual([GOODS_TOTAL, 0]);
  await memory.world.deliver(KEY.orderNumber);
  expect([await earned(MERCHANT), await earned(LOGISTICS)]).toEqual([
    GOODS_TOTAL,
    total - GOODS_TOTAL,
  ]);
  expect(await available()).toBe(MONEY - FUNDED);
});

it.each([
  ['a device that was revoked since', 'DEVICE_UNKNOWN'],
  ['a customer who was blocked since', 'CUSTOMER_BLOCKED'],
] as const)('is refused of %s: nothing was handed over yet', async (_, code) => {
  const delivery = await quoteDelivery();
  const claim = payTerms(delivery.terms);
  const { identity } = ledger.bank('teller');
  if (code === 'DEVICE_UNKNOWN')
    await identity.revokeDevice({ customerId: 'customer-1', deviceId: 'phone' });
  else await identity.updateProfile({ customerId: 'customer-1', missing: [], status: 'blocked' });
  await expect(place(delivery, claim)).rejects.toMatchObject({ code });
  const reserve = await ledger.node.offline.readReserve(reserveKeyOf(device));
  expect(reserve.settled).toBe('0');
});

it('leaves one purchase with its goods, paid offline, when it is captured: its reserve is the success', async () => {
  const delivery = await quoteDelivery();
  await place(delivery, payTerms(delivery.terms));
  const purchases = async () =>
    (await ledger.bank('teller').feedback.listPurchases({ customerId: 'customer-1' })).purchases;
  expect(await purchases()).toEqual([]);
  await settleLeg(parties, KEY);
  const lines = delivery.terms.lines.map(({ gtin, quantity }) => ({ gtin, quantity }));
  const paid = { ...KEY, mode: 'offline', amount: delivery.terms.total, lines };
  expect(await purchases()).toMatchObject([paid]);
  const entries = memory.ledger
    .range('history/customer-1/')
    .map(([, value]): unknown => JSON.parse(value));
  expect(entries).toMatchObject([{ kind: 'purchase', purchase: { mode: 'offline' } }]);
});

it('runs units 8, 9, 15, 10 and 12, as the trail tells', async () => {
  const delivery = await quoteDelivery();
  const { result } = await place(delivery, payTerms(delivery.terms));
  expect(result.units).toEqual(['8', '9', '15', '10', '12']);
  const { receipts } = await parties.bankNode.orderNumber.trail(KEY);
  expect(receipts.map(({ unit }) => unit)).toEqual(
    expect.arrayContaining(['8', '9', '15', '10', '12']),
  );
});

it('is placed once: the same again is a repetition, other terms are a conflict', async () => {
  const delivery = await quoteDelivery();
  const payment = payTerms(delivery.terms);
  const first = await place(delivery, payment);
  const again = await place(delivery, payment);
  expect(again.result).toEqual({ ...first.result, replayed: true, units: [] });
  const other = { ...delivery, terms: { ...delivery.terms, holdSeconds: 60 } };
  await expect(place(other, payment)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
});

it('tells where its voucher was settled, and gives no refund beside the order', async () => {
  const delivery = await quoteDelivery();
  await place(delivery, payTerms(delivery.terms));
  const { offline } = parties.cashier;
  const { payments } = await offline.listPayments(KEY);
  expect(payments).toMatchObject([{ counter: 1, amount: delivery.terms.total, batchId: '~ORD-1' }]);
  const { batches } = await offline.listBatches({ merchantId: MERCHANT, after: '~ORD-0' });
  expect(batches.map(({ batchId }) => batchId)).toEqual(['~ORD-1']);
  const key = { ...reserveKeyOf(device), merchantId: MERCHANT, batchId: '~ORD-1', counter: 1 };
  await expect(offline.refund({ ...key, refundId: 'r-1', amount: '1' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

describe('gives the money to the account', () => {
  beforeEach(async () => {
    const delivery = await quoteDelivery({ holdSeconds: 60 });
    await place(delivery, payTerms(delivery.terms));
  });

  it('when it is voided', async () => {
    const { result } = await parties.cashier.settlement.void(KEY);
    expect(result.state).toBe('voided');
    expect(await available()).toBe(
      MONEY - FUNDED + Number(defined((await order()).hold, 'hold').voided),
    );
  });

  it('when it expires', async () => {
    passSeconds(61);
    expect((await parties.bankNode.settlement.expire(KEY)).result.state).toBe('expired');
    expect(await available()).toBe(
      MONEY - FUNDED + Number(defined((await order()).hold, 'hold').voided),
    );
  });
});

it('is blocked by an alarm when the statements differ', async () => {
  const delivery = await quoteDelivery({ logisticsStatement: { goodsTotal: '1' } });
  await place(delivery, payTerms(delivery.terms));
  expect((await settleLeg(parties, KEY)).result.state).toBe('blocked');
});

it('is rated by the device that paid', async () => {
  const delivery = await quoteDelivery();
  await place(delivery, payTerms(delivery.terms));
  await settleLeg(parties, KEY);
  const ratings = [{ subject: 'merchant' as const, subjectId: MERCHANT, stars: 5, defect: false }];
  const { feedback } = parties.bankNode;
  const forged = signRatings(device.key, KEY, []);
  await expect(feedback.rate({ ...KEY, ratings, signature: forged })).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
  });
  const signature = signRatings(device.key, KEY, ratings);
  expect((await feedback.rate({ ...KEY, ratings, signature })).result.replayed).toBe(false);
});

describe('is not placed by a voucher', () => {
  it('for other terms, another amount or another order', async () => {
    const delivery = await quoteDelivery();
    const other = { ...delivery.terms, addressRef: 'elsewhere' };
    const payments = [
      payTerms(other),
      payTerms(delivery.terms, device, BigInt(delivery.terms.total) - 1n),
      ledger.pay(device, { orderNumber: 'ORD-1', amount: BigInt(delivery.terms.total) }),
    ];
    for (const payment of payments)
      await expect(place(delivery, payment)).rejects.toMatchObject({
        code: 'OFFLINE_REQUEST_MISMATCH',
      });
  });

  it('that is not settled: the verdict says why', async () => {
    const delivery = await quoteDelivery();
    const payment = payTerms(delivery.terms);
    passSeconds(600);
    const late = forge(payment, { time: payment.content.time + 601 });
    await expect(place(delivery, late)).rejects.toMatchObject({
      code: 'VOUCHER_REFUSED',
      details: { verdict: 'expired' },
    });
  });

  it('that names a login', async () => {
    const delivery = await quoteDelivery();
    const terms = { ...delivery.terms, loginId: 'login-1' };
    await expect(place({ ...delivery, terms }, payTerms(terms))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    const auth = await memory.world.bank('auth-service');
    const login = { loginId: OFFLINE_LOGIN, customerId: 'customer-1', deviceId: 'phone' };
    await expect(auth.identity.verifyIdentity(login)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

it('ends when its device spent twice: nothing was handed over, so nobody is compensated', async () => {
  const delivery = await quoteDelivery();
  const clone = { ...device };
  const goods = ledger.pay(clone);
  const payment = payTerms(delivery.terms);
  expect(await ledger.settle([[device, [goods]]])).toEqual(['settled']);
  const { result } = await place(delivery, payment);
  expect(result).toMatchObject({ state: 'voided', units: [] });
  expect(verdictOf(result.verdict)).toBe('conflict');
  expect((await order()).hold).toBeNull();
  const reserve = await ledger.node.offline.readReserve(reserveKeyOf(device));
  expect(reserve).toMatchObject({ status: 'frozen', settled: '1250' });
  const { frauds } = await ledger.node.offline.listFrauds({ bankId: BANK, open: true });
  expect(frauds).toMatchObject([{ merchantId: MERCHANT, claimed: false }]);
  expect(await ledger.settle([[device, [payment]]])).toEqual(['conflict']);
  const after = await ledger.node.offline.listFrauds({ bankId: BANK, open: true });
  expect(after.frauds).toMatchObject([{ claimed: false }]);
});
