// SPDX-License-Identifier: Apache-2.0
// What lists and sums must hold on a ledger of any size: no list answers all at once, no sum is cut short without a word, and
// no sum grows too large to be rolled up.
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { everyEntry, runExpress, type Parties } from '@fabric-offline-pay/sdk';
import {
  BANK,
  CURRENCY,
  GOODS,
  MERCHANT,
  POLICY,
  memoryNetwork,
  type CustomerDevice,
  type MemoryNetwork,
} from '@fabric-offline-pay/testing';
import { stepUpFor } from '../support/histories.js';
import { missingMoney } from '../support/money.js';
import { OfflineLedger, reserveKeyOf } from '../support/offline-ledger.js';
import { WatchedLedger } from '../support/watched-ledger.js';

/** Peers that end every range after four rows, as others do after 100,000. */
const LIMIT = 4;
const ORDERS = 6;
const MONEY = 1_000_000;
/** One charger. */
const GOODS_TOTAL = 2490;

const networkOf = (totalQueryLimit: number): Promise<MemoryNetwork> =>
  memoryNetwork({ makeLedger: (options) => new WatchedLedger({ ...options, totalQueryLimit }) });

let memory: MemoryNetwork;
let parties: Parties;

const buyer = async (name: string): Promise<[CustomerDevice, string]> => {
  const customer = await memory.world.customer(name, `${MONEY}`);
  return [customer, await memory.world.login(customer)];
};

const buy = async (
  [customer, loginId]: [CustomerDevice, string],
  orderNumber: string,
  wrong = false,
) =>
  runExpress(
    parties,
    stepUpFor(
      memory.world,
      memory.world.purchase(customer, loginId, {
        orderNumber,
        lines: [{ goods: 'charger', quantity: 1 }],
        ...(wrong ? { logisticsStatement: { goodsTotal: '1' } } : {}),
      }),
    ),
  );

const auditor = () => memory.clientFor('bank', 'auditor', BANK);

describe('where peers end a long range without a word', () => {
  beforeAll(async () => {
    memory = await networkOf(LIMIT);
    parties = await memory.world.parties();
    for (let index = 0; index < ORDERS; index += 1)
      await buy(await buyer(`customer-${index}`), `ORD-${index}`);
  });

  test('the totals are those of every row', async () => {
    const { currencies } = await auditor().settlement.totals({});
    expect(currencies[CURRENCY]).toMatchObject({
      issued: `${ORDERS * MONEY}`,
      onLedger: `${ORDERS * MONEY}`,
    });
    expect(missingMoney(memory.ledger.state())).toBe(0n);
  });

  test('a payee has the sum of all its entries', async () => {
    const payee = { payeeId: MERCHANT, currency: CURRENCY };
    const { open } = await auditor().settlement.readPayee(payee);
    expect(open).toBe(`${ORDERS * GOODS_TOTAL}`);
  });

  test('a page holds as many rows as it says, and the next one the rest', async () => {
    const { orderNumber } = auditor();
    const { orders, next } = await orderNumber.listOrders({ merchantId: MERCHANT });
    expect([orders.length, next]).toEqual([ORDERS, null]);
  });

  test("a customer's purchases are all there", async () => {
    const again: [CustomerDevice, string] = await buyer('customer-often');
    for (let index = 0; index < ORDERS; index += 1) await buy(again, `OFTEN-${index}`);
    const list = memory.clientFor('bank', 'teller', BANK).feedback.listPurchases;
    const ofCustomer = () =>
      everyEntry(list, { customerId: 'customer-often' }, ({ purchases }) => purchases);
    expect(await ofCustomer()).toHaveLength(ORDERS);
    await memory.world.login(again[0]);
    expect(new Set((await ofCustomer()).map(({ orderNumber }) => orderNumber)).size).toBe(ORDERS);
  });
});

describe('a list', () => {
  /** Few by their nature: keys of a bank, vouchers of one order. */
  const SHORT = ['logistics:listCouriers', 'offline:listIssuers', 'offline:listPayments'];
  const fieldsOf = (schema: unknown): string[] =>
    Object.keys((schema as { readonly shape: object }).shape);

  test.each(
    ALL_TRANSACTIONS.filter(({ name }) => name.startsWith('list')).map(
      ({ fullName, input, output }) => [fullName, fieldsOf(input), fieldsOf(output)] as const,
    ),
  )('%s comes in pages, unless it is short by its nature', (fullName, input, output) => {
    const isPaged = input.includes('after') && output.includes('next');
    expect(isPaged).toBe(!SHORT.includes(fullName));
  });

  beforeEach(async () => {
    memory = await networkOf(1000);
    parties = await memory.world.parties();
  });

  test('of alarms is one bank’s, goes on where the page before ended, and leaves out what was decided', async () => {
    const customer = await buyer('customer-1');
    for (const name of ['A', 'B', 'C']) await buy(customer, name, true);
    const { alarm } = memory.clientFor('bank', 'operator', BANK);
    const names = async (input: { open: boolean; after?: string }, bankId = BANK) =>
      (await alarm.listAlarms({ bankId, ...input })).alarms.map(({ orderNumber }) => orderNumber);
    expect(await names({ open: true })).toEqual(['A', 'B', 'C']);
    expect(await names({ open: true, after: `${MERCHANT}/A` })).toEqual(['B', 'C']);
    expect(await names({ open: true }, 'bank-2')).toEqual([]);
    await alarm.uphold({ merchantId: MERCHANT, orderNumber: 'B', reason: 'weighed again' });
    expect(await names({ open: true })).toEqual(['A', 'C']);
    expect((await names({ open: false })).sort()).toEqual(['A', 'B', 'C']);
  });

  test('of alarms has at most 200 a page, and all of them over its pages', async () => {
    const customer = await buyer('customer-1');
    for (let index = 0; index < 201; index += 1) await buy(customer, `B-${index}`, true);
    const { alarm } = memory.clientFor('bank', 'operator', BANK);
    const first = await alarm.listAlarms({ bankId: BANK, open: true });
    expect(first.alarms).toHaveLength(200);
    const of = { bankId: BANK, open: true };
    expect(await everyEntry(alarm.listAlarms, of, ({ alarms }) => alarms)).toHaveLength(201);
  });

  test('of reserves and frauds goes on after a row', async () => {
    const offline = await OfflineLedger.open(memory);
    const device = await offline.device('customer-1');
    const clone = { ...device };
    await offline.settle([[device, [offline.pay(device)]]]);
    await offline.settle([[clone, [offline.pay(clone)]]]);
    const { node } = offline;
    const { customerId } = reserveKeyOf(device);
    expect((await node.offline.listReserves({ customerId })).reserves).toHaveLength(1);
    const later = await node.offline.listReserves({ customerId, after: 'phone/00000001' });
    expect(later.reserves).toEqual([]);
    expect((await node.offline.listFrauds({ bankId: BANK, open: true })).frauds).toHaveLength(1);
    const after = `${customerId}/phone/00000002`;
    const none = await node.offline.listFrauds({ bankId: BANK, open: true, after });
    expect(none).toEqual({ frauds: [], next: null });
  });
});

test('a basket that nobody signed is on no operator’s list, whatever it differs in', async () => {
  memory = await networkOf(1000);
  parties = await memory.world.parties();
  const [customer, loginId] = await buyer('customer-1');
  for (const orderNumber of ['SPAM-1', 'SPAM-2']) {
    const { basket } = memory.world.purchase(customer, loginId, { orderNumber });
    const lines = basket.lines.map((line) => ({ ...line, unitPrice: '1' }));
    await parties.cashier.orderNumber.openBasket({ ...basket, lines });
    const key = { merchantId: MERCHANT, orderNumber };
    expect((await parties.cashier.alarm.compareGoods(key)).result).toMatchObject({
      clean: false,
      units: ['15'],
    });
  }
  const { alarms } = await auditor().alarm.listAlarms({ bankId: BANK, open: false });
  expect(alarms).toEqual([]);
});

test('a payee whose balance has more digits than an amount is rolled up, read and paid out', async () => {
  const MOST = '999999999999999999';
  const PRICE = '900000000000000000';
  memory = await networkOf(1000);
  parties = await memory.world.parties();
  const limits = {
    ...{ perOrder: MOST, perWindow: MOST, stepUp: MOST, issue: MOST },
    ...{ lossPerReserve: '0', lossPerPayee: '0' },
  };
  const policy = { ...POLICY, currencies: { [CURRENCY]: limits } };
  for (const role of ['bank', 'merchant', 'logistics'] as const)
    await memory.clientFor(role, 'operator', BANK).identity.vote({
      proposal: { kind: 'policy', policy },
    });
  const gold = { ...GOODS.charger, price: PRICE };
  await parties.cashier.goods.registerGoods({ merchantId: MERCHANT, goods: [gold] });
  for (const name of ['rich-1', 'rich-2']) {
    const customer = await memory.world.customer(name, MOST);
    const loginId = await memory.world.login(customer);
    const purchase = memory.world.purchase(customer, loginId, {
      orderNumber: name,
      lines: [{ goods: 'charger', quantity: 1, price: PRICE }],
    });
    expect((await runExpress(parties, purchase)).state).toBe('released');
  }
  const payee = { payeeId: MERCHANT, currency: CURRENCY };
  expect((await auditor().settlement.readPayee(payee)).open).toBe('1800000000000000000');
  expect((await rollUpPayee(parties.bankNode, payee)).balance).toBe('1800000000000000000');
  const redeemed = await memory.world.payOut(MERCHANT, 'redeem-1', MOST);
  expect(redeemed.result.balance).toBe('800000000000000001');
  expect((await auditor().settlement.readPayee(payee)).balance).toBe('800000000000000001');
});
