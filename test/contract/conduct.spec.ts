// SPDX-License-Identifier: Apache-2.0
// What follows from the scores of merchants and couriers, in all ways of an order: money that waits for the delivery, a
// courier that is quoted no more, and both recover with time.
import { registrationOf } from '@fabric-offline-pay/domain';
import { BANK, GOODS, LOGISTICS, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { resumeTime, passSeconds, stopTime } from '../support/passing-time.js';
import { ThreeWays, WAYS } from '../support/three-ways.js';

const WRONG = { goodsTotal: '1' };
const REASON = { reason: 'looked into' };

let shop: ThreeWays;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  shop = await ThreeWays.open();
});

async function blameMerchant(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const { key } = await shop.buy('express', { merchantStatement: WRONG });
    await shop.operator.alarm.uphold({ ...key, ...REASON });
  }
}

async function blameCourier(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const { key } = await shop.buy('express', { logisticsStatement: WRONG });
    await shop.operator.alarm.uphold({ ...key, ...REASON });
  }
}

async function couriersQuoted(): Promise<string[]> {
  const { key } = await shop.buy('express');
  const quote = { ...key, logisticsId: LOGISTICS };
  const { offers } = await shop.parties.dispatcher.logistics.readQuote(quote);
  return offers.flatMap(({ couriers }) => couriers.map(({ courierId }) => courierId));
}

/** With a new login, because older ones have expired by then. */
const waitAHalfLife = async (): Promise<void> => {
  passSeconds(POLICY.ratings.halfLifeSeconds);
  await shop.score();
};

describe('a merchant', () => {
  test.each(WAYS)(
    'is paid at match up to four mismatches, at delivery from five, %s',
    async (way) => {
      await blameMerchant(4);
      expect((await shop.buy(way)).state).toBe('released');
      await blameMerchant(1);
      const { key, state, purchase } = await shop.buy(way);
      expect(state).toBe('captured');
      const { settlement } = shop.parties.bankNode;
      await expect(settlement.release(key)).rejects.toMatchObject({ code: 'RELEASE_NOT_DUE' });
      expect((await shop.deliver(purchase)).result.state).toBe('released');
    },
  );

  test('is paid at match again after some time', async () => {
    await blameMerchant(6);
    expect((await shop.buy('express')).state).toBe('captured');
    await waitAHalfLife();
    expect((await shop.buy('express')).state).toBe('released');
  });

  test('keeps its conduct with a new licence', async () => {
    await blameMerchant(5);
    const { goods } = shop.memory.clientFor('bank', 'teller', BANK);
    const known = await goods.readMerchant({ merchantId: MERCHANT });
    const { mspId, active, licence, categories } = known;
    const renewed = { number: 'LIC-2', validUntil: defined(licence, 'licence').validUntil };
    const merchant = { merchantId: MERCHANT, mspId, active, licence: renewed, categories };
    await goods.licenseMerchants({ bankId: BANK, merchants: [merchant] });
    expect((await goods.readMerchant({ merchantId: MERCHANT })).conduct).toEqual(known.conduct);
    expect((await shop.buy('express')).state).toBe('captured');
  });
});

describe('a courier', () => {
  test('is quoted up to ten mismatches, and not from eleven, in any way', async () => {
    await blameCourier(10);
    expect(await couriersQuoted()).toEqual(['courier-cheap', 'courier-dear']);
    await blameCourier(1);
    expect(await couriersQuoted()).toEqual(['courier-dear']);
    for (const way of WAYS) {
      const { key } = await shop.buy(way);
      const { terms } = await shop.parties.bankNode.orderNumber.readTerms(key);
      expect(terms.courierId).toBe('courier-dear');
    }
  });

  test('is quoted again after some time', async () => {
    await blameCourier(11);
    expect(await couriersQuoted()).toEqual(['courier-dear']);
    await waitAHalfLife();
    expect(await couriersQuoted()).toEqual(['courier-cheap', 'courier-dear']);
  });

  test('keeps its conduct with a new registration', async () => {
    await blameCourier(11);
    const { logistics } = shop.parties.dispatcher;
    const { couriers } = await logistics.listCouriers({ logisticsId: LOGISTICS });
    await logistics.registerCouriers({
      logisticsId: LOGISTICS,
      couriers: couriers.map(registrationOf),
    });
    expect(await couriersQuoted()).toEqual(['courier-dear']);
  });
});

test('nobody is punished for others: customer, merchant and other goods are not affected', async () => {
  await blameCourier(11);
  expect(await shop.score()).toBe(100);
  const { conduct } = await shop.parties.bankNode.goods.readMerchant({ merchantId: MERCHANT });
  expect(conduct).toMatchObject({ mismatch: 0, debt: 0 });
  const { rating } = await shop.parties.bankNode.goods.readGoods({
    merchantId: MERCHANT,
    gtin: GOODS.charger.gtin,
  });
  expect(rating.weight).toBe(0);
});
