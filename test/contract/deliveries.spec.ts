// SPDX-License-Identifier: Apache-2.0
// The delivery: its fee is earned by it, it is proven by the customer's secret or believed after a time, and money that waits
// for goods that never come goes back.
import { registrationOf } from '@fabric-offline-pay/domain';
import {
  CURRENCY,
  deliverySecretOf,
  GOODS,
  LOGISTICS,
  MERCHANT,
  POLICY,
} from '@fabric-offline-pay/testing';
import { WAYS } from '../support/both-ways.js';
import { itemWhere } from '../support/defined.js';
import { missingMoney } from '../support/money.js';
import { GOODS_TOTAL, OneOrder } from '../support/one-order.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

let order: OneOrder;

beforeEach(async () => {
  stopTime();
  order = await OneOrder.open();
});
afterEach(() => {
  expect(missingMoney(order.memory.ledger.state())).toBe(0n);
  resumeTime();
});

const node = async () => (await order.world.bank('bank-node')).settlement;
const SECRET = deliverySecretOf('ORD-1');

describe.each(WAYS)('the fee of a delivery, %s', (way) => {
  test('is credited when the goods are delivered, not when they are paid', async () => {
    await order.buy(way);
    const fee = await order.fee();
    expect(await order.books()).toMatchObject({
      merchant: GOODS_TOTAL,
      logistics: 0,
      standing: fee,
    });
    await order.pickUp();
    expect((await order.deliver(SECRET)).result).toMatchObject({
      state: 'released',
      delivery: 'delivered',
    });
    expect(await order.books()).toMatchObject({ logistics: fee, standing: 0 });
  });

  test('must be captured before the courier sets out', async () => {
    await order.buy(way, { claim: null });
    await expect(order.pickUp()).rejects.toMatchObject({ code: 'FEE_NOT_CAPTURED' });
    const { bankNode } = await order.world.parties();
    if (way === 'express')
      await bankNode.express.settle({ ...order.key, captureId: 'c1', amount: '1' });
    else await bankNode.settlement.capture({ ...order.key, captureId: 'c1', amount: '1' });
    await expect(order.pickUp()).rejects.toMatchObject({ code: 'FEE_NOT_CAPTURED' });
    const rest = (await order.fee()) - 1;
    await bankNode.settlement.capture({ ...order.key, captureId: 'c2', amount: rest.toString() });
    await order.pickUp();
    await (await order.world.merchant()).settlement.void(order.key);
    await order.deliver(SECRET);
    expect(await order.books()).toMatchObject({ logistics: rest + 1, merchant: 0, standing: 0 });
  });

  test('goes back with everything else when nothing was delivered and a dispute is upheld', async () => {
    await order.buy(way);
    await order.rollUp();
    await order.world.dispute(order.device, 'ORD-1');
    await order.world.decide('ORD-1', 'uphold');
    expect(await order.books()).toEqual({
      ...{ state: 'refunded', standing: 0, spent: 0 },
      ...{ merchant: 0, logistics: 0 },
    });
  });

  test.each(['released', 'waiting'])(
    'stays with the courier after any dispute, once it is earned: %s',
    async (money) => {
      if (money === 'waiting') await order.waits();
      await order.buy(way);
      const fee = await order.fee();
      await order.pickUp();
      await order.deliver(SECRET);
      await order.rollUp();
      await order.world.dispute(order.device, 'ORD-1');
      await order.world.decide('ORD-1', 'uphold');
      expect(await order.books()).toMatchObject({ logistics: fee, merchant: 0, spent: fee });
    },
  );

  test('is earned during a dispute too, while the merchant’s part waits for the decision', async () => {
    await order.waits();
    await order.buy(way);
    const fee = await order.fee();
    await order.pickUp();
    await order.world.dispute(order.device, 'ORD-1');
    expect((await order.deliver(SECRET)).result.state).toBe('disputed');
    expect(await order.books()).toMatchObject({ logistics: fee, merchant: 0 });
    await order.world.decide('ORD-1', 'reject');
    await (await node()).release(order.key);
    expect(await order.books()).toMatchObject({
      logistics: fee,
      merchant: GOODS_TOTAL,
      standing: 0,
    });
  });
});

describe.each(WAYS)('a delivery without proof, %s', (way) => {
  beforeEach(async () => {
    await order.waits();
    await order.buy(way);
    await order.pickUp();
  });

  test('moves no money, and is accepted after the policy’s time', async () => {
    expect((await order.deliver()).result).toMatchObject({
      state: 'captured',
      delivery: 'deliveredUnproven',
    });
    passSeconds(POLICY.unprovenSeconds - 1);
    await expect((await node()).release(order.key)).rejects.toMatchObject({
      code: 'RELEASE_NOT_DUE',
    });
    passSeconds(1);
    expect((await (await node()).release(order.key)).result.state).toBe('released');
    expect(await order.books()).toMatchObject({
      merchant: GOODS_TOTAL,
      logistics: await order.fee(),
    });
  });

  test('can be disputed before that time, and then releases nothing', async () => {
    await order.deliver();
    await order.world.dispute(order.device, 'ORD-1');
    passSeconds(POLICY.unprovenSeconds);
    await expect((await node()).release(order.key)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
    await order.world.decide('ORD-1', 'uphold');
    expect(await order.books()).toMatchObject({ spent: 0, merchant: 0, logistics: 0 });
  });

  test('can be proven later with the secret', async () => {
    await order.deliver();
    expect((await order.deliver(SECRET)).result).toMatchObject({ delivery: 'delivered' });
    expect(await order.books()).toMatchObject({ state: 'released', merchant: GOODS_TOTAL });
    await expect(order.deliver('ab'.repeat(32))).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  test('is not proven by another secret, nor by the digest itself', async () => {
    const { terms } = await (await order.world.bank('bank-node')).orderNumber.readTerms(order.key);
    for (const secret of ['00'.repeat(32), terms.deliveryCommitment, deliverySecretOf('ORD-2')])
      await expect(order.deliver(secret)).rejects.toMatchObject({ code: 'DELIVERY_PROOF_INVALID' });
    expect(await order.books()).toMatchObject({ state: 'captured', merchant: 0, logistics: 0 });
  });
});

describe.each(WAYS)('an order that was captured in part, %s', (way) => {
  test.each(['match', 'delivery'])(
    'can be disputed while its delivery is unproven, and is not captured further: released at %s',
    async (release) => {
      if (release === 'delivery') await order.waits();
      await order.buy(way, { claim: '5000' });
      await order.pickUp();
      await order.deliver();
      await order.world.dispute(order.device, 'ORD-1');
      const rest = GOODS_TOTAL + (await order.fee()) - 5000;
      expect(await order.books()).toMatchObject({ state: 'disputed', spent: 5000 });
      expect(rest).toBeGreaterThan(0);
      const more = { ...order.key, captureId: 'more', amount: '1' };
      await expect((await node()).capture(more)).rejects.toMatchObject({ code: 'HOLD_EXCEEDED' });
      passSeconds(POLICY.unprovenSeconds);
      await order.rollUp();
      await order.world.decide('ORD-1', 'uphold');
      expect(await order.books()).toMatchObject({
        ...{ spent: 0, merchant: 0, logistics: 0, standing: 0 },
      });
    },
  );
});

describe.each(WAYS)('goods that never come, %s', (way) => {
  test.each(['picked up', 'left where they are'])(
    'give the money back in the end: %s',
    async (how) => {
      await order.waits();
      await order.buy(way);
      if (how === 'picked up') await order.pickUp();
      const back = async () => (await node()).returnUndelivered(order.key);
      passSeconds(POLICY.deliverySeconds - 1);
      await expect(back()).rejects.toMatchObject({ code: 'NOT_UNDELIVERED' });
      passSeconds(1);
      expect((await back()).result.state).toBe('refunded');
      expect(await order.books()).toMatchObject({ spent: 0, standing: 0 });
      await expect(order.deliver(SECRET)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    },
  );

  test('give back the fee of an order that was released at match', async () => {
    await order.buy(way);
    passSeconds(POLICY.deliverySeconds);
    await (await node()).returnUndelivered(order.key);
    expect(await order.books()).toMatchObject({ spent: GOODS_TOTAL, standing: 0, logistics: 0 });
  });

  test('cannot be delivered without proof after their time, so the money still goes back', async () => {
    await order.waits();
    await order.buy(way);
    await order.pickUp();
    passSeconds(POLICY.deliverySeconds - 1);
    passSeconds(1);
    await expect(order.deliver()).rejects.toMatchObject({ code: 'DELIVERY_LATE' });
    expect((await (await node()).returnUndelivered(order.key)).result.state).toBe('refunded');
  });

  test('can be delivered late with the proof', async () => {
    await order.buy(way);
    await order.pickUp();
    passSeconds(POLICY.deliverySeconds + 1);
    expect((await order.deliver(SECRET)).result).toMatchObject({ delivery: 'delivered' });
  });

  test.each(['match', 'delivery'])(
    'give everything back of an order that was captured in part, released at %s',
    async (release) => {
      if (release === 'delivery') await order.waits();
      await order.buy(way, { claim: '5000' });
      passSeconds(POLICY.deliverySeconds);
      expect((await (await node()).returnUndelivered(order.key)).result.state).toBe('refunded');
      const kept = release === 'match' ? 5000 - (await order.fee()) : 0;
      expect(await order.books()).toMatchObject({ spent: kept, merchant: kept, standing: 0 });
    },
  );

  test('are only goods that no courier reported as delivered', async () => {
    await order.buy(way);
    await order.pickUp();
    await order.deliver();
    passSeconds(POLICY.deliverySeconds);
    await expect((await node()).returnUndelivered(order.key)).rejects.toMatchObject({
      code: 'NOT_UNDELIVERED',
    });
  });
});

test.each(WAYS)(
  'an order of nothing is refused: no reputation without money at risk, %s',
  async (way) => {
    const free = { ...GOODS.charger, price: '0' };
    await (
      await order.world.merchant()
    ).goods.registerGoods({ merchantId: MERCHANT, goods: [free] });
    const dispatcher = await order.world.logistics();
    const { couriers } = await dispatcher.logistics.listCouriers({ logisticsId: LOGISTICS });
    const cheap = itemWhere(couriers, ({ courierId }) => courierId === 'courier-cheap');
    const tariffs = [{ currency: CURRENCY, base: '0', perKm: '0', perKg: '0' }];
    await dispatcher.logistics.registerCouriers({
      logisticsId: LOGISTICS,
      couriers: [{ ...registrationOf(cheap), tariffs }],
    });
    const lines = [{ goods: 'charger' as const, quantity: 1, price: '0' }];
    await expect(order.buy(way, { lines })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { field: 'terms.total' },
    });
  },
);
