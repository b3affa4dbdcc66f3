// SPDX-License-Identifier: Apache-2.0
// A host that contradicts itself: one alert for each customer or payee, open until it is put right.
import { testPlace } from '../../../common/src/testing/test-place.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { Alerts } from './alerts.js';
import { contradictions } from './contradictions.js';

const MOST = 3;

let db: BankDatabase;
let alerts: Alerts;

beforeEach(async () => {
  db = await openBankDatabase(await testPlace());
  alerts = new Alerts({ ask: () => Promise.resolve() }, []);
});
afterEach(() => db.destroy());

const fund = (customer_id: string, order_number: string, trouble: string | null) =>
  db
    .insertInto('fundings')
    .values({
      ...{ merchant_id: 'm', order_number, customer_id, currency: 'EUR', total: '1' },
      ...{ state: 'ready', asked_at: 1, trouble, troubled_at: 1 },
    })
    .execute();

const becomes = (order_number: string, trouble: string | null) =>
  db.updateTable('fundings').set({ trouble }).where('order_number', '=', order_number).execute();

/** As each minute. @returns the subjects of the open alerts */
async function look(): Promise<string[]> {
  const subjects = await contradictions(db, MOST);
  await db
    .transaction()
    .execute((transaction) => alerts.keep(transaction, 'hostContradicts', subjects, 1));
  const rows = await db
    .selectFrom('alerts')
    .select('subject')
    .where('closed_at', 'is', null)
    .orderBy('subject')
    .execute();
  return rows.map(({ subject }) => subject);
}

test('is named by the customer, whatever else happens to its orders', async () => {
  await fund('c', 'A', 'HOST_UNAVAILABLE');
  await fund('c', 'B', 'KEY_TAKEN');
  await fund('d', 'C', 'HOST_UNAVAILABLE');
  await fund('e', 'D', null);
  expect(await look()).toEqual(['fund-customer/c']);
});

test('is named by the payee and the currency', async () => {
  const payOut = { payee_id: 'p', currency: 'EUR', redeem_id: 'R', amount: '1', attempt: 1 };
  const states = { state: 'redeemed', host_key: 'h', requested_at: 1 } as const;
  await db
    .insertInto('pay_outs')
    .values({ ...payOut, ...states, trouble: 'HOST_CONTRADICTS', troubled_at: 1 })
    .execute();
  expect(await look()).toEqual(['pay-payee/p/EUR']);
});

test('stays while the host is away, and ends when it is put right', async () => {
  await fund('c', 'A', 'HOST_CONTRADICTS');
  await look();
  await becomes('A', 'HOST_UNAVAILABLE');
  expect(await look()).toEqual(['fund-customer/c']);
  await becomes('A', null);
  expect(await look()).toEqual([]);
});

test('is not hidden, nor ended, by those of others', async () => {
  await fund('m', 'M', 'HOST_CONTRADICTS');
  await look();
  for (const customer of ['a', 'b', 'c', 'd'])
    await fund(customer, customer.toUpperCase(), 'HOST_CONTRADICTS');
  expect(await look()).toEqual(['fund-customer/a', 'fund-customer/b', 'fund-customer/m']);
});

test('ends where it was named by the lane of a run, which nothing else would end', async () => {
  await db
    .transaction()
    .execute((transaction) =>
      alerts.open(transaction, 'hostContradicts', 'fund-customer/card/c', 1),
    );
  await fund('c', 'A', 'HOST_CONTRADICTS');
  expect(await look()).toEqual(['fund-customer/c']);
});
