// SPDX-License-Identifier: Apache-2.0
// Earned money stays earned and returned money is not earned again, in every order of calls and with every name of a call.
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress } from '@fabric-offline-pay/sdk';
import { deliverySecretOf, POLICY } from '@fabric-offline-pay/testing';
import { WAYS } from '../support/both-ways.js';
import { stepUpFor } from '../support/histories.js';
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

describe.each(WAYS)('goods that were given up, %s', (way) => {
  test('are not picked up after a dispute', async () => {
    await order.buy(way);
    passSeconds(POLICY.deliverySeconds);
    await (await node()).returnUndelivered(order.key);
    await order.world.dispute(order.device, 'ORD-1');
    await expect(order.pickUp()).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  test('are not delivered after a dispute', async () => {
    await order.buy(way);
    await order.pickUp();
    passSeconds(POLICY.deliverySeconds);
    await (await node()).returnUndelivered(order.key);
    await order.world.dispute(order.device, 'ORD-1');
    await expect(order.deliver(SECRET)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

test('a dispute alone does not stop a courier', async () => {
  await order.buy('express');
  await order.world.dispute(order.device, 'ORD-1');
  await order.pickUp();
  await order.deliver(SECRET);
  expect(await order.books()).toMatchObject({ logistics: await order.fee(), state: 'disputed' });
});

describe('a capture with the name of another credit, in the same second', () => {
  const capture = async (captureId: string, amount: number) => {
    const { bankNode } = await order.world.parties();
    await bankNode.settlement.capture({ ...order.key, captureId, amount: `${amount}` });
  };

  beforeEach(async () => {
    await order.waits();
    await order.buy('stepwise', { claim: null });
    await capture('claim-1', (await order.fee()) + 1000);
    await order.pickUp();
  });

  test('loses nothing of the delivery', async () => {
    await order.deliver(SECRET);
    await capture('delivery', GOODS_TOTAL - 1000);
    expect(await order.books()).toMatchObject({ merchant: GOODS_TOTAL, standing: 0 });
  });
});

describe.each(WAYS)('the fee of a delivery that is accepted without proof, %s', (way) => {
  const uphold = async () => {
    await order.world.dispute(order.device, 'ORD-1');
    await order.world.decide('ORD-1', 'uphold');
  };

  test.each(['release, then dispute', 'dispute without a release'])('stays: %s', async (calls) => {
    await order.buy(way);
    await order.world.deliver('ORD-1', { proven: false });
    passSeconds(POLICY.unprovenSeconds);
    if (calls.startsWith('release')) await (await node()).release(order.key);
    await order.rollUp();
    await uphold();
    const fee = await order.fee();
    expect(await order.books()).toMatchObject({ logistics: fee, merchant: 0, spent: fee });
  });

  test('is not earned yet a second before', async () => {
    await order.buy(way);
    await order.world.deliver('ORD-1', { proven: false });
    passSeconds(POLICY.unprovenSeconds - 1);
    await order.rollUp();
    await uphold();
    expect(await order.books()).toMatchObject({ logistics: 0, merchant: 0, spent: 0 });
  });

  test('leaves the disputed money on the hold', async () => {
    await order.waits();
    await order.buy(way);
    await order.world.deliver('ORD-1', { proven: false });
    passSeconds(POLICY.unprovenSeconds);
    await order.world.dispute(order.device, 'ORD-1');
    expect(await order.books()).toMatchObject({ merchant: 0, standing: GOODS_TOTAL });
    await order.world.decide('ORD-1', 'reject');
    await (await node()).release(order.key);
    expect(await order.books()).toMatchObject({ merchant: GOODS_TOTAL, standing: 0 });
  });
});

test('a roll-up is complete when the balance can pay no more debts', async () => {
  const { world } = order;
  const parties = await world.parties();
  const loginId = await world.login(order.device);
  for (let index = 0; index < 22; index += 1) {
    const orderNumber = `ORD-${index}`;
    const purchase = world.purchase(order.device, loginId, { orderNumber });
    await runExpress(parties, stepUpFor(world, purchase));
    await world.dispute(order.device, orderNumber);
    await world.decide(orderNumber, 'uphold');
  }
  await rollUpPayee(parties.bankNode, order.payee);
  expect(await parties.bankNode.settlement.readPayee(order.payee)).toMatchObject({
    ...{ balance: '0', owed: '0', open: '0' },
  });
});
