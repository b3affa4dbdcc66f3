// SPDX-License-Identifier: Apache-2.0
// A customer's history: one order is one success at most, money that goes back takes it back, penalties are counted whatever
// else waits, and nothing that two parties name shares an entry.
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { everyEntry, runExpress, type RefusedError } from '@fabric-offline-pay/sdk';
import { BANK, CURRENCY, GOODS, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { ALONE } from '../support/histories.js';
import { memoryWorld } from '../support/memory-world.js';
import { OfflineLedger, reserveKeyOf, unfunded } from '../support/offline-ledger.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { ThreeWays } from '../support/three-ways.js';

const ONLINE = ['stepwise', 'express'] as const;

let shop: ThreeWays;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  shop = await ThreeWays.open();
});

type Key = Awaited<ReturnType<ThreeWays['buy']>>['key'];

/** The merchant has the money by then. */
/** Most of its money goes back. */
async function refund(key: Key, refundId = 'refund-1', amount = '2000'): Promise<void> {
  await rollUpPayee(shop.parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
  await shop.parties.cashier.settlement.refund({ ...key, refundId, amount });
}

const purchases = () =>
  everyEntry(
    shop.memory.clientFor('bank', 'teller', BANK).feedback.listPurchases,
    { customerId: shop.customer.customerId },
    (page) => page.purchases,
  );

describe.each(ONLINE)('a success, %s', (way) => {
  test('is one an order, however often unit 17 is asked for', async () => {
    const { key } = await shop.buy(way);
    expect(await shop.successes()).toBe(1);
    const again = await shop.parties.bankNode.feedback.storePurchase(key).then(
      ({ result }) => result.replayed,
      (error: unknown) => (error as RefusedError).code,
    );
    expect(again).toBe(way === 'stepwise' ? true : 'STATE_CONFLICT');
    expect(await shop.successes()).toBe(1);
  });

  test('is none when the money went back before it was counted', async () => {
    const { key } = await shop.buy(way);
    await refund(key);
    expect(await shop.successes()).toBe(0);
    expect(await purchases()).toMatchObject([{ ...key, refunded: true }]);
  });

  test('is taken back when the money goes back later, once', async () => {
    const first = await shop.buy(way);
    await shop.buy(way);
    expect(await shop.successes()).toBe(2);
    await refund(first.key);
    expect(await shop.successes()).toBe(1);
    await refund(first.key, 'refund-2', '100');
    expect(await shop.successes()).toBe(1);
    expect((await purchases()).filter(({ refunded }) => refunded)).toMatchObject([first.key]);
  });

  test('stays while the smaller part goes back, and goes with the greater', async () => {
    const { key } = await shop.buy(way);
    await refund(key, 'refund-1', '1');
    await refund(key, 'refund-2', '1000');
    expect(await shop.successes()).toBe(1);
    await refund(key, 'refund-3', '600');
    expect(await shop.successes()).toBe(0);
  });

  test('is taken back with the money of goods that never came', async () => {
    const { key } = await shop.buy(way);
    expect(await shop.successes()).toBe(1);
    passSeconds(POLICY.deliverySeconds);
    await shop.parties.bankNode.settlement.returnUndelivered(key);
    expect(await shop.successes()).toBe(0);
  });

  test('is taken back by a dispute that is upheld', async () => {
    const { key } = await shop.buy(way);
    expect(await shop.successes()).toBe(1);
    await rollUpPayee(shop.parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
    await shop.memory.world.dispute(shop.customer, key.orderNumber);
    await shop.memory.world.decide(key.orderNumber, 'uphold');
    expect(await shop.successes()).toBe(0);
  });
});

test('money that went back before unit 17 leaves a purchase and no success', async () => {
  const { key } = await shop.buy('express', ALONE);
  await shop.operator.alarm.resolve({ ...key, reason: 'the customer is right' });
  const { bankNode } = shop.parties;
  const hold = defined((await bankNode.orderNumber.readOrder(key)).hold, 'hold');
  await bankNode.settlement.capture({ ...key, captureId: 'c', amount: hold.authorised });
  await refund(key);
  await bankNode.feedback.storePurchase(key);
  expect(await shop.successes()).toBe(0);
  expect(await purchases()).toMatchObject([{ ...key, refunded: true }]);
});

test('an order paid by voucher is no success beside that of its reserve', async () => {
  await shop.buy('offline');
  expect(await shop.successes()).toBe(0);
  passSeconds(POLICY.offline.spendSeconds + POLICY.offline.claimSeconds + 61);
  const reserve = { customerId: shop.customer.customerId, deviceId: 'phone', epoch: 1 };
  await shop.parties.bankNode.offline.closeReserve(reserve);
  expect(await shop.successes()).toBe(1);
});

test('no number of small purchases hides a mismatch', async () => {
  const mismatched = await shop.buy('express', { orderNumber: 'z-last', ...ALONE });
  await shop.operator.alarm.uphold({ ...mismatched.key, reason: 'the customer erred' });
  const { ledger } = shop.memory;
  const before = ledger.range('history/').length;
  for (let count = 0; count < 201; count += 1)
    await shop.buy('express', { orderNumber: `a${count}` });
  expect(ledger.range('history/')).toHaveLength(before + 201);
  await shop.score();
  const { customerId } = shop.customer;
  const { identity } = shop.memory.clientFor('bank', 'auth-service', BANK);
  const { totals } = await identity.readReputation({ customerId });
  expect(totals).toMatchObject({ mismatch: 1, success: 199 });
});

test('a merchant with the name of the device leaves the purchase its own entry', async () => {
  const { world, clientFor, ledger } = await memoryWorld();
  const offline = await OfflineLedger.open({ world, clientFor });
  const customer = await world.customer('carol');
  const device = unfunded('carol', customer.privateKey);
  await offline.fund(device);
  await offline.settle([[device, [offline.pay(device)]]]);
  passSeconds(POLICY.offline.spendSeconds + POLICY.offline.claimSeconds + 61);
  const shopOf = { merchantId: 'phone', orderNumber: '1' };
  const teller = clientFor('bank', 'teller', BANK);
  const licence = { number: 'LIC-9', validUntil: 4_102_444_800 };
  await teller.goods.licenseMerchants({
    bankId: BANK,
    merchants: [
      {
        ...{ merchantId: 'phone', mspId: 'MerchantMSP', active: true, licence },
        categories: ['26000000'],
      },
    ],
  });
  const cashier = clientFor('merchant', 'cashier', 'phone');
  await cashier.goods.registerGoods({ merchantId: 'phone', goods: [GOODS.charger] });
  const loginId = await world.login(customer);
  const purchase = world.purchase(customer, loginId, { orderNumber: '1' });
  const parties = { ...(await world.parties()), cashier };
  await runExpress(parties, { ...purchase, basket: { ...purchase.basket, ...shopOf } });
  await offline.node.offline.closeReserve(reserveKeyOf(device));
  expect(ledger.range('history/carol/success/')).toHaveLength(2);
  await world.login(customer);
  const { totals } = await teller.identity.readReputation({ customerId: 'carol' });
  expect(totals.success).toBe(2);
});
