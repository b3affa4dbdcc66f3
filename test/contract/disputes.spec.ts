// SPDX-License-Identifier: Apache-2.0
// Disputes and what a payee may dispose of: a decision for the customer is always paid, every dispute ends, and nobody empties
// a payee's account but the payee.
import { signDispute } from '@fabric-offline-pay/sdk';
import { CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { defined } from '../support/defined.js';
import { missingMoney } from '../support/money.js';
import { GOODS_TOTAL, MONEY, OneOrder } from '../support/one-order.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { textLike } from '../support/text-matchers.js';

let order: OneOrder;

beforeEach(async () => {
  stopTime();
  order = await OneOrder.open();
  await order.buy('express');
});
afterEach(() => {
  expect(missingMoney(order.memory.ledger.state())).toBe(0n);
  resumeTime();
});

const dispute = (id?: string) => order.world.dispute(order.device, 'ORD-1', id);
const decide = (decision: 'uphold' | 'reject', id?: string) =>
  order.world.decide('ORD-1', decision, id);
const payee = async () => (await order.world.bank('bank-node')).settlement.readPayee(order.payee);
const node = async () => (await order.world.bank('bank-node')).settlement;

describe('a dispute', () => {
  test('needs the signature of the device that placed the order, over its own id', async () => {
    const { settlement } = await order.world.bank('teller');
    const stranger = await order.world.customer('customer-2', '0');
    for (const signature of [
      signDispute(stranger.privateKey, order.key, 'dispute-1'),
      signDispute(order.device.privateKey, order.key, 'dispute-2'),
      signDispute(order.device.privateKey, { ...order.key, orderNumber: 'ORD-2' }, 'dispute-1'),
    ])
      await expect(
        settlement.dispute({ ...order.key, disputeId: 'dispute-1', signature }),
      ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  test('that was rejected may be followed by another, and each is decided by its own id', async () => {
    await order.rollUp();
    await dispute('first');
    await expect(decide('uphold', 'second')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await decide('reject', 'first');
    expect((await dispute('second')).result).toMatchObject({ replayed: false, state: 'disputed' });
    expect((await decide('uphold', 'second')).result).toMatchObject({
      state: 'refunded',
      owed: '0',
    });
    expect(await order.books()).toMatchObject({ spent: 0, merchant: 0 });
  });

  test('has a window', async () => {
    passSeconds(POLICY.deliverySeconds + POLICY.disputeSeconds + 1);
    await expect(dispute()).rejects.toMatchObject({ code: 'DISPUTE_TOO_LATE' });
    expect(await order.books()).toMatchObject({ state: 'released' });
  });

  test('after a delivery has the window of the delivery', async () => {
    await order.world.deliver('ORD-1');
    passSeconds(POLICY.disputeSeconds);
    await dispute();
    await decide('reject');
    passSeconds(1);
    await expect(dispute('late')).rejects.toMatchObject({ code: 'DISPUTE_TOO_LATE' });
  });

  test('that nobody decides ends as the policy says, and blames nobody', async () => {
    await order.rollUp();
    await dispute();
    const lapse = async () =>
      (await order.world.merchant()).settlement.lapseDispute({
        ...order.key,
        disputeId: 'dispute-1',
      });
    passSeconds(POLICY.decisionSeconds - 1);
    await expect(lapse()).rejects.toMatchObject({ code: 'DECISION_NOT_DUE' });
    passSeconds(1);
    expect((await lapse()).result).toMatchObject({ state: 'refunded' });
    expect(await order.books()).toMatchObject({ spent: 0, merchant: 0 });
    const keys = [...order.memory.ledger.state().keys()];
    expect(keys.filter((key) => key.startsWith('history/') && key.endsWith('/dispute'))).toEqual(
      [],
    );
  });
});

describe('the money that a dispute may take', () => {
  test('is withheld until it is decided', async () => {
    const { balance } = await order.rollUp();
    await dispute();
    expect(await payee()).toMatchObject({ balance, withheld: GOODS_TOTAL.toString() });
    await expect(order.world.payOut(MERCHANT, 'p1', '1')).rejects.toMatchObject({
      code: 'PAYEE_FUNDS_INSUFFICIENT',
    });
    await decide('reject');
    expect(await payee()).toMatchObject({ balance, withheld: '0' });
    await order.world.payOut(MERCHANT, 'p2', balance);
  });

  test('becomes a debt if the merchant has no money: the next credits pay the customer first', async () => {
    await order.emptyMerchant();
    await dispute();
    const { result } = await decide('uphold');
    expect(result).toMatchObject({ state: 'refunded', owed: GOODS_TOTAL.toString() });
    expect(await payee()).toMatchObject({ balance: '0', withheld: '0', owed: '4980' });
    await expect(order.world.payOut(MERCHANT, 'p', '1')).rejects.toMatchObject({
      code: textLike(/PAYEE_/),
    });
    await order.buy('express', { orderNumber: 'ORD-2' });
    const before = (await order.books()).spent;
    await order.rollUp();
    expect(await payee()).toMatchObject({ balance: '0', owed: '0' });
    expect((await order.books()).spent).toBe(before - GOODS_TOTAL);
  });

  test('is borne by the bank when the merchant owes it for too long', async () => {
    await order.emptyMerchant();
    await dispute();
    await decide('uphold');
    const bear = async () => (await node()).bearDebt({ ...order.payee, orderNumber: 'ORD-1' });
    passSeconds(POLICY.debtSeconds - 1);
    await expect(bear()).rejects.toMatchObject({ code: 'DEBT_NOT_DUE' });
    passSeconds(1);
    expect((await bear()).result).toMatchObject({ amount: GOODS_TOTAL.toString() });
    expect((await bear()).result).toMatchObject({ replayed: true });
    expect(await order.books()).toMatchObject({ spent: 0 });
    expect(await payee()).toMatchObject({ owed: '0' });
  });

  test('is not borne by the bank while the merchant has money for it, even if that waits long for a roll-up', async () => {
    await dispute();
    await decide('uphold');
    expect(await payee()).toMatchObject({ owed: '4980', open: '4980' });
    passSeconds(POLICY.debtSeconds);
    const bear = async () => (await node()).bearDebt({ ...order.payee, orderNumber: 'ORD-1' });
    await expect(bear()).rejects.toMatchObject({ code: 'DEBT_PAYABLE' });
    await order.rollUp();
    expect(await payee()).toMatchObject({ owed: '0', open: '0', balance: '0' });
    await expect(bear()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await order.books()).toMatchObject({ spent: 0 });
  });

  test('counts against the merchant, once, if the bank had to bear it', async () => {
    const { goods, settlement } = (await order.world.parties()).bankNode;
    const owing = async () => (await goods.readMerchant({ merchantId: MERCHANT })).conduct.debt;
    await order.emptyMerchant();
    await dispute();
    await decide('uphold');
    passSeconds(POLICY.debtSeconds);
    expect(await owing()).toBe(0);
    for (let times = 0; times < 2; times += 1)
      await settlement.bearDebt({ ...order.payee, orderNumber: 'ORD-1' });
    expect(await owing()).toBe(1000);
  });
});

describe('a payout', () => {
  const redeem = async (redeemId: string, amount: string) =>
    (await order.world.bank('teller')).settlement.redeem({ ...order.payee, redeemId, amount });

  test('is made only when the payee asked for it, and for that amount', async () => {
    const { balance } = await order.rollUp();
    await expect(redeem('p1', balance)).rejects.toMatchObject({ code: 'PAYOUT_NOT_REQUESTED' });
    const { settlement } = await order.world.merchant();
    await settlement.requestPayout({ ...order.payee, redeemId: 'p1', amount: '100' });
    await expect(redeem('p1', '101')).rejects.toMatchObject({ code: 'PAYOUT_NOT_REQUESTED' });
    expect((await redeem('p1', '100')).result).toMatchObject({ replayed: false });
    expect((await redeem('p1', '100')).result).toMatchObject({ replayed: true });
    expect((await payee()).balance).toBe((Number(balance) - 100).toString());
  });

  test('is not asked for by another payee', async () => {
    const { settlement } = await order.world.logistics();
    const asked = settlement.requestPayout({ ...order.payee, redeemId: 'p1', amount: '1' });
    await expect(asked).rejects.toMatchObject({ code: 'NOT_OWNER' });
  });
});

describe('a customer’s own money', () => {
  const withdraw = async (amount: string, token = 'tok-customer-1') =>
    (await order.world.bank('teller')).settlement.withdraw({
      ...{ withdrawId: 'w1', customerId: 'customer-1' },
      ...{ token, currency: CURRENCY, amount },
    });

  test('is paid out to its linked instrument up to the available amount, and the supply falls', async () => {
    const { spent } = await order.books();
    const { settlement } = await order.world.bank('auditor');
    const before = defined(
      (await settlement.totals({})).currencies[CURRENCY],
      'total in the currency',
    );
    await expect(withdraw((MONEY - spent + 1).toString())).rejects.toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
    });
    await expect(withdraw('10', 'tok-other')).rejects.toMatchObject({ code: 'INSTRUMENT_UNKNOWN' });
    await withdraw('1000');
    expect((await withdraw('1000')).result.replayed).toBe(true);
    const after = defined(
      (await settlement.totals({})).currencies[CURRENCY],
      'total in the currency',
    );
    expect(Number(after.redeemed)).toBe(Number(before.redeemed) + 1000);
    expect(Number(after.onLedger)).toBe(Number(before.onLedger) - 1000);
  });
});
