// SPDX-License-Identifier: Apache-2.0
// What becomes of a paid order: delivery-gated money after refunds and disputes, and baskets that the first comparison finds wrong.
// When an order has ended, nothing is left on its hold.
import { ADDRESS_COLLECTION, digestOf, type AddressBookRow } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { runExpress, runStepwise, type Parties, type Purchase } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  deliverySecretOf,
  GOODS,
  MERCHANT,
  type CustomerDevice,
} from '@fabric-offline-pay/testing';
import { RUNS } from '../support/both-ways.js';
import { firstOf } from '../support/defined.js';
import { quoteLeg } from '../support/express-legs.js';
import { failLogin } from '../support/histories.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { MONEY, booksOf, GOODS_TOTAL } from '../support/one-order.js';

const KEY = { merchantId: MERCHANT, orderNumber: 'ORD-1' };

let memory: MemoryWorld;
let parties: Parties;
let device: CustomerDevice;
let bought: Purchase;

beforeEach(async () => {
  memory = await memoryWorld();
  parties = await memory.world.parties();
  device = await memory.world.customer('customer-1', MONEY.toString());
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

async function purchase(): Promise<Purchase> {
  bought = memory.world.purchase(device, await memory.world.login(device), {
    orderNumber: 'ORD-1',
  });
  return bought;
}

const pickUp = () =>
  parties.dispatcher.logistics.pickUp(KEY, { transient: { ...bought.addresses } });

const books = () => booksOf(parties.bankNode, KEY);

const deliver = () => memory.world.deliver(KEY.orderNumber);

const refund = (amount: number, refundId = 'refund-1') =>
  parties.cashier.settlement.refund({ ...KEY, refundId, amount: amount.toString() });

describe.each(RUNS)('money that waits for the delivery, %s', (_, run) => {
  let fee: number;

  beforeEach(async () => {
    await failLogin(memory.world, device, 5);
    const bought = await purchase();
    expect((await run(parties, bought)).state).toBe('captured');
    fee = Number((await parties.bankNode.orderNumber.readTerms(KEY)).terms.fee);
  });

  test('is released once, as a whole, when the goods arrive', async () => {
    const { settlement } = parties.bankNode;
    await expect(settlement.release(KEY)).rejects.toMatchObject({ code: 'RELEASE_NOT_DUE' });
    expect((await deliver()).result).toMatchObject({ state: 'released', delivery: 'delivered' });
    await expect(settlement.release(KEY)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await books()).toEqual({
      state: 'released',
      standing: 0,
      spent: GOODS_TOTAL + fee,
      merchant: GOODS_TOTAL,
      logistics: fee,
    });
  });

  test.each([1, 1000, GOODS_TOTAL])(
    'that was refunded in part (%i) is delivered and released, and nothing stays on the hold',
    async (part) => {
      await refund(part);
      await expect(parties.bankNode.settlement.release(KEY)).rejects.toMatchObject({
        code: 'RELEASE_NOT_DUE',
      });
      await deliver();
      expect(await books()).toEqual({
        state: 'refunded',
        standing: 0,
        spent: GOODS_TOTAL - part + fee,
        merchant: GOODS_TOTAL - part,
        logistics: fee,
      });
    },
  );

  test('is refunded once for each key, and never above the sold amount', async () => {
    await refund(1000);
    expect((await refund(1000)).result.replayed).toBe(true);
    await expect(refund(1)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await expect(refund(GOODS_TOTAL - 999, 'refund-2')).rejects.toMatchObject({
      code: 'REFUND_EXCEEDED',
    });
    expect(await books()).toMatchObject({ spent: GOODS_TOTAL - 1000 + fee });
  });

  test('that was refunded in part goes back whole when its dispute is upheld; then nothing is delivered', async () => {
    await refund(1000);
    await memory.world.dispute(device, KEY.orderNumber);
    await memory.world.decide(KEY.orderNumber, 'uphold');
    expect(await books()).toEqual({
      state: 'refunded',
      standing: 0,
      spent: 0,
      merchant: 0,
      logistics: 0,
    });
    await expect(pickUp()).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });

  test('that was refunded in part is paid as usual when its dispute is rejected', async () => {
    await refund(1000);
    await pickUp();
    await memory.world.dispute(device, KEY.orderNumber);
    await memory.world.decide(KEY.orderNumber, 'reject');
    const secret = deliverySecretOf(KEY.orderNumber);
    await parties.dispatcher.logistics.deliver({ ...KEY, secret });
    expect(await books()).toMatchObject({ state: 'refunded', standing: 0, logistics: fee });
  });
});

test.each(RUNS)('money released at match is never released again, %s', async (_, run) => {
  expect((await run(parties, await purchase())).state).toBe('released');
  const { terms } = await parties.bankNode.orderNumber.readTerms(KEY);
  const before = await books();
  expect(before).toMatchObject({
    merchant: GOODS_TOTAL,
    logistics: 0,
    standing: Number(terms.fee),
  });
  await deliver();
  await expect(parties.bankNode.settlement.release(KEY)).rejects.toMatchObject({
    code: 'STATE_CONFLICT',
  });
  expect(await books()).toEqual({ ...before, standing: 0, logistics: Number(terms.fee) });
});

test('a refund with the name of a dispute does not stand in its way', async () => {
  await runExpress(parties, await purchase());
  await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
  await refund(1000, 'dispute');
  await memory.world.dispute(device, KEY.orderNumber);
  await memory.world.decide(KEY.orderNumber, 'uphold');
  expect(await books()).toMatchObject({ state: 'refunded', standing: 0, merchant: 0 });
});

describe('a basket that differs from the registration after unit 8', () => {
  beforeEach(async () => {
    bought = await purchase();
    const { goods, orderNumber, alarm } = parties.cashier;
    await orderNumber.openBasket(bought.basket);
    await goods.verify(KEY);
    const dearer = { ...GOODS.charger, price: '2500' };
    await goods.registerGoods({ merchantId: MERCHANT, goods: [dearer] });
    expect((await alarm.compareGoods(KEY)).result.clean).toBe(false);
    await goods.registerGoods({ merchantId: MERCHANT, goods: [GOODS.charger] });
  });

  test('is reported, and is no alarm that an operator could decide: nobody signed it', async () => {
    const { alarm } = await memory.world.bank('operator');
    expect((await alarm.listAlarms({ bankId: BANK, open: false })).alarms).toEqual([]);
    expect((await alarm.readReport({ ...KEY, pass: 'goods' })).differences).toHaveLength(2);
    for (const decide of [alarm.resolve, alarm.uphold])
      await expect(decide({ ...KEY, reason: 'the old price' })).rejects.toMatchObject({
        code: 'ALARM_NOT_OPEN',
      });
  });

  test('is never placed, even after a new registration; another basket is', async () => {
    await expect(runStepwise(parties, bought)).rejects.toMatchObject({
      code: 'VERIFICATION_MISSING',
      details: { pass: 'goods' },
    });
    expect(await books()).toMatchObject({ state: 'quoted', standing: 0, spent: 0 });
    const { orderNumber } = await memory.world.bank('bank-node');
    expect((await orderNumber.readOrder(KEY)).hold).toBeNull();
    const { loginId } = bought.basket;
    const again = memory.world.purchase(device, loginId, { orderNumber: 'ORD-2' });
    expect((await runStepwise(parties, again)).state).toBe('released');
  });
});

test('only the chosen address is kept with the goods, and the delivery deletes it', async () => {
  const kept = () =>
    [...memory.ledger.privateState(ADDRESS_COLLECTION).values()].map(
      (text) => (JSON.parse(text) as AddressBookRow).addresses,
    );
  const { logistics } = parties.dispatcher;
  const plain = await purchase();
  const home = firstOf(plain.addresses.addresses);
  const addresses = {
    ...plain.addresses,
    addresses: [home, { ...home, ref: 'office', text: 'Chausseestr. 2, Berlin' }],
  };
  const addressRefs = addresses.addresses.map(({ ref }) => ref);
  const basket = { ...plain.basket, addressRefs, addressesDigest: digestOf(addresses) };
  bought = { ...plain, basket, addresses };
  await runExpress(parties, bought);
  await pickUp();
  expect(kept()).toEqual([[home]]);
  await logistics.deliver(KEY);
  expect(kept()).toEqual([]);
});

test('every purge deletes the addresses, even after an earlier purge before the pick-up', async () => {
  const { logistics } = parties.dispatcher;
  const kept = () => memory.ledger.privateState(ADDRESS_COLLECTION).size;
  bought = await purchase();
  // Quoted and abandoned, as it seems: the same order is placed after all.
  await quoteLeg(parties, bought);
  await logistics.purgeAddresses(KEY);
  await runExpress(parties, bought);
  await pickUp();
  expect(kept()).toBe(1);
  await rollUpPayee(parties.bankNode, { payeeId: MERCHANT, currency: CURRENCY });
  await refund(1000);
  for (let times = 0; times < 2; times += 1) {
    expect((await logistics.purgeAddresses(KEY)).result.replayed).toBe(false);
    expect(kept()).toBe(0);
  }
});
