// SPDX-License-Identifier: Apache-2.0
// Contention where every interleaving is known, on the ledger in memory: transactions started together are all endorsed on
// the same state and committed one after the other.
import { rollUpPayee } from '@fabric-offline-pay/operate';
import type { Parties, Purchase } from '@fabric-offline-pay/sdk';
import { CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { itemAt } from '../support/defined.js';
import { orderLeg, quoteLeg, settleLeg, signQuoted } from '../support/express-legs.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';

const CUSTOMERS = 20;
const PAYEE = { payeeId: MERCHANT, currency: CURRENCY };
const GOODS_TOTAL = 4980;

let memory: MemoryWorld;
let parties: Parties;
let keys: { readonly merchantId: string; readonly orderNumber: string }[];

async function purchaseOf(index: number): Promise<Purchase> {
  const device = await memory.world.customer(`customer-${index}`);
  return memory.world.purchase(device, await memory.world.login(device), {
    orderNumber: `ORD-${index}`,
  });
}

beforeEach(async () => {
  memory = await memoryWorld();
  parties = await memory.world.parties();
  const purchases: Purchase[] = [];
  for (let index = 0; index < CUSTOMERS; index += 1) purchases.push(await purchaseOf(index));
  const quoted = await Promise.all(purchases.map((purchase) => quoteLeg(parties, purchase)));
  const signed = await Promise.all(
    purchases.map((purchase, index) => signQuoted(purchase, itemAt(quoted, index))),
  );
  const ordered = await Promise.all(signed.map((order) => orderLeg(parties, order)));
  expect([...quoted, ...ordered].filter(({ attempts }) => attempts !== 1)).toEqual([]);
  keys = signed.map(({ terms: { merchantId, orderNumber } }) => ({ merchantId, orderNumber }));
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

test('payments to one merchant never conflict', async () => {
  const settled = await Promise.all(keys.map((key) => settleLeg(parties, key)));
  expect(settled.map(({ attempts }) => attempts)).toEqual(keys.map(() => 1));
});

test('payments do not conflict with a roll-up; the next roll-up finds late payments', async () => {
  const half = CUSTOMERS / 2;
  await Promise.all(keys.slice(0, half).map((key) => settleLeg(parties, key)));
  const late = keys.slice(half).map((key) => settleLeg(parties, key));
  const rolling = rollUpPayee(parties.bankNode, PAYEE);
  const attempts = (await Promise.all(late)).map((result) => result.attempts);
  expect(attempts).toEqual(late.map(() => 1));
  const first = Number((await rolling).balance);
  expect(first).toBeGreaterThanOrEqual(half * GOODS_TOTAL);
  const all = (CUSTOMERS * GOODS_TOTAL).toString();
  expect(await parties.bankNode.settlement.readPayee(PAYEE)).toMatchObject({
    balance: first.toString(),
    open: (CUSTOMERS * GOODS_TOTAL - first).toString(),
  });
  expect((await rollUpPayee(parties.bankNode, PAYEE)).balance).toBe(all);
});

test('concurrent roll-ups add every entry once', async () => {
  const { settlement } = parties.bankNode;
  await Promise.all(keys.map((key) => settleLeg(parties, key)));
  const { now: until } = await settlement.readPayee(PAYEE);
  const rolled = await Promise.all([1, 2, 3].map(() => settlement.rollUp({ ...PAYEE, until })));
  expect(rolled.map(({ result }) => result.entries).sort((a, b) => b - a)).toEqual([
    CUSTOMERS,
    0,
    0,
  ]);
  const { balance } = await settlement.readPayee(PAYEE);
  expect(balance).toBe((CUSTOMERS * GOODS_TOTAL).toString());
});

test('entries of the future are not rolled up', async () => {
  const { settlement } = parties.bankNode;
  const { now } = await settlement.readPayee(PAYEE);
  await expect(settlement.rollUp({ ...PAYEE, until: now + 5 })).rejects.toMatchObject({
    code: 'ROLL_UP_TOO_EARLY',
  });
});
