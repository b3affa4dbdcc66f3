// SPDX-License-Identifier: Apache-2.0
// Whom a mismatch counts against, and when: the party whose statement stood alone, once the alarm is decided or the order
// ends without a decision. In all ways of an order.
import {
  BANK,
  GOODS,
  LOGISTICS,
  MERCHANT,
  type PurchaseOptions,
} from '@fabric-offline-pay/testing';
import { missingMoney } from '../support/money.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { ThreeWays, WAYS, type Way } from '../support/three-ways.js';

const WRONG = { goodsTotal: '1' };
const REASON = { reason: 'looked into' };

const ALONE: Readonly<Record<'customer' | 'merchant' | 'logistics', Partial<PurchaseOptions>>> = {
  customer: { merchantStatement: WRONG, logisticsStatement: WRONG },
  merchant: { merchantStatement: WRONG },
  logistics: { logisticsStatement: WRONG },
};
const ALL_DIFFER = { merchantStatement: WRONG, logisticsStatement: { goodsTotal: '2' } };

let shop: ThreeWays;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  shop = await ThreeWays.open();
});
afterEach(() => expect(missingMoney(shop.memory.ledger.state())).toBe(0n));

/** What counts against each, in mismatches; the customer's out of its score. */
async function counted() {
  const { goods, logistics } = shop.parties.bankNode;
  const { couriers } = await logistics.listCouriers({ logisticsId: LOGISTICS });
  return {
    customer: (100 - (await shop.score())) / 10,
    merchant: (await goods.readMerchant({ merchantId: MERCHANT })).conduct.mismatch / 1000,
    logistics: couriers.reduce((sum, { conduct }) => sum + conduct.mismatch, 0) / 1000,
  };
}

const NOBODY = { customer: 0, merchant: 0, logistics: 0 };
const PARTIES = ['customer', 'merchant', 'logistics'] as const;
const EACH = WAYS.flatMap((way) => PARTIES.map((party) => [way, party] as const));

async function blockOrder(way: Way, options: Partial<PurchaseOptions>) {
  const { key, state } = await shop.buy(way, options);
  expect(state).toBe('blocked');
  return key;
}

describe.each(EACH)('%s, the statement of the %s alone differs', (way, party) => {
  test('nothing counts before the alarm is decided', async () => {
    await blockOrder(way, ALONE[party]);
    expect(await counted()).toEqual(NOBODY);
  });

  test('an upheld alarm counts against that party, once', async () => {
    const key = await blockOrder(way, ALONE[party]);
    await shop.operator.alarm.uphold({ ...key, ...REASON });
    expect((await shop.operator.alarm.uphold({ ...key, ...REASON })).result.replayed).toBe(true);
    await shop.parties.bankNode.settlement.void(key);
    expect(await counted()).toEqual({ ...NOBODY, [party]: 1 });
  });

  test('a resolved alarm changes no score', async () => {
    const key = await blockOrder(way, ALONE[party]);
    await shop.operator.alarm.resolve({ ...key, ...REASON });
    await shop.parties.bankNode.settlement.void(key);
    expect(await counted()).toEqual(NOBODY);
  });
});

test.each(WAYS)(
  '%s, all three statements differ: an alarm is raised and nobody is blamed',
  async (way) => {
    const key = await blockOrder(way, ALL_DIFFER);
    await shop.operator.alarm.uphold({ ...key, ...REASON });
    expect(await counted()).toEqual(NOBODY);
  },
);

test('goods that changed after they were signed blame nobody', async () => {
  const { goods } = shop.parties.cashier;
  const unclaimed = await shop.buy('express', { claim: null });
  await goods.registerGoods({ merchantId: MERCHANT, goods: [{ ...GOODS.charger, price: '2500' }] });
  const settled = await shop.parties.bankNode.express.settle({
    ...unclaimed.key,
    captureId: 'claim-1',
  });
  expect(settled.result.state).toBe('blocked');
  await shop.operator.alarm.uphold({ ...unclaimed.key, ...REASON });
  expect(await counted()).toEqual(NOBODY);
});

describe('an order that ends before its alarm is decided', () => {
  const bankNode = () => shop.parties.bankNode.settlement;
  const cashier = () => shop.parties.cashier.settlement;
  const open = async () =>
    (await shop.operator.alarm.listAlarms({ bankId: BANK, open: true })).alarms;

  test.each(PARTIES)('voided by the bank: it counts against the %s', async (party) => {
    await bankNode().void(await blockOrder('express', ALONE[party]));
    expect(await counted()).toEqual({ ...NOBODY, [party]: 1 });
    expect(await open()).toEqual([]);
    const { alarms } = await shop.operator.alarm.listAlarms({ bankId: BANK, open: false });
    expect(alarms).toMatchObject([{ state: 'lapsed', blamed: [party] }]);
  });

  test.each(PARTIES)('expired: it counts against the %s', async (party) => {
    const key = await blockOrder('express', { ...ALONE[party], holdSeconds: 60 });
    passSeconds(61);
    await bankNode().expire(key);
    expect(await counted()).toEqual({ ...NOBODY, [party]: 1 });
  });

  test('a merchant escapes nothing by voiding it', async () => {
    await cashier().void(await blockOrder('express', ALONE.merchant));
    expect(await counted()).toEqual({ ...NOBODY, merchant: 1 });
    expect(await open()).toEqual([]);
  });

  test.each(['customer', 'logistics'] as const)(
    'voided by the merchant: it counts against the %s only after the operator decides',
    async (party) => {
      const key = await blockOrder('express', ALONE[party]);
      await cashier().void(key);
      expect(await counted()).toEqual(NOBODY);
      expect(await open()).toMatchObject([{ ...key, blamed: [party] }]);
      await shop.operator.alarm.uphold({ ...key, ...REASON });
      expect(await counted()).toEqual({ ...NOBODY, [party]: 1 });
    },
  );

  test('a merchant escapes nothing by voiding it before the bank looks at express legs', async () => {
    const key = await shop.placeExpress(ALONE.merchant);
    await shop.parties.cashier.settlement.void(key);
    expect(await counted()).toEqual({ ...NOBODY, merchant: 1 });
  });

  test('nobody is blamed for a voided order whose statements agree', async () => {
    const key = await shop.placeExpress({});
    await shop.parties.cashier.settlement.void(key);
    expect(await counted()).toEqual(NOBODY);
    expect(await shop.parties.cashier.orderNumber.readOrder(key)).toMatchObject({
      ...{ state: 'voided', verification: 'none' },
    });
  });

  describe('between unit 13, which found the difference, and the alarm of unit 15', () => {
    const placeMismatched = async (options: Partial<PurchaseOptions>) => {
      const { bankNode } = shop.parties;
      const stop = () => Promise.reject(new Error('before unit 15'));
      const alarm = { ...bankNode.alarm, compareOrder: stop };
      const key = { merchantId: MERCHANT, orderNumber: 'ORD-M' };
      const parties = { ...shop.parties, bankNode: { ...bankNode, alarm } };
      await expect(
        shop.buy('stepwise', { ...options, orderNumber: key.orderNumber }, parties),
      ).rejects.toThrow('unit 15');
      expect((await bankNode.orderNumber.readOrder(key)).state).toBe('mismatched');
      return key;
    };

    test('a merchant escapes nothing by voiding it', async () => {
      const key = await placeMismatched(ALONE.merchant);
      await cashier().void(key);
      expect(await counted()).toEqual({ ...NOBODY, merchant: 1 });
      const { alarms } = await shop.operator.alarm.listAlarms({ bankId: BANK, open: false });
      expect(alarms).toMatchObject([{ ...key, state: 'lapsed', blamed: ['merchant'] }]);
    });

    test.each(PARTIES)('expired: it counts against the %s', async (party) => {
      const key = await placeMismatched({ ...ALONE[party], holdSeconds: 60 });
      passSeconds(61);
      await bankNode().expire(key);
      expect(await counted()).toEqual({ ...NOBODY, [party]: 1 });
    });

    test('voided by the merchant: it counts against the customer only after the operator decides', async () => {
      const key = await placeMismatched(ALONE.customer);
      await cashier().void(key);
      expect(await counted()).toEqual(NOBODY);
      expect(await open()).toMatchObject([{ ...key, blamed: ['customer'] }]);
      await shop.operator.alarm.uphold({ ...key, ...REASON });
      expect(await counted()).toEqual({ ...NOBODY, customer: 1 });
    });
  });

  test('and is resolved later, does not go on', async () => {
    const key = await blockOrder('express', ALONE.customer);
    await cashier().void(key);
    const { result } = await shop.operator.alarm.resolve({ ...key, ...REASON });
    expect(result.state).toBe('voided');
    expect(await counted()).toEqual(NOBODY);
    const claim = { ...key, captureId: 'c', amount: '1' };
    await expect(bankNode().capture(claim)).rejects.toMatchObject({ code: 'HOLD_EXCEEDED' });
  });

  test('is not judged twice', async () => {
    const key = await blockOrder('express', ALONE.merchant);
    await bankNode().void(key);
    for (const decide of [shop.operator.alarm.uphold, shop.operator.alarm.resolve])
      await expect(decide({ ...key, ...REASON })).rejects.toMatchObject({ code: 'ALARM_NOT_OPEN' });
    expect(await counted()).toEqual({ ...NOBODY, merchant: 1 });
  });
});

test('three false statements of the logistics company, all resolved, cost the customer nothing', async () => {
  for (let count = 0; count < 3; count += 1) {
    const key = await blockOrder('express', ALONE.logistics);
    await shop.operator.alarm.resolve({ ...key, ...REASON });
  }
  expect(await shop.score()).toBe(100);
});
