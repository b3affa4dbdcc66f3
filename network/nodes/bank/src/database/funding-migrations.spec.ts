// SPDX-License-Identifier: Apache-2.0
// Deductions that were under way when the node was updated go on, for the customer for whom they began.
import { openDatabase } from '@fabric-offline-pay/node-common/node';
import { beside, testPlace } from '../../../common/src/testing/test-place.js';
import { legsOf, movesOf } from '../funding/parts-store.js';
import { askFunding, findFunding, wantedFundings } from '../funding/store.js';
import { MIGRATIONS } from './migrations.js';
import { openBankDatabase } from './open-database.js';

const ORDER = { merchant_id: 'm', order_number: 'F-1' };
const KEY = { merchantId: 'm', orderNumber: 'F-1', customerId: 'c' };

interface Before {
  readonly fundings: Record<string, unknown>;
  readonly funding_legs: Record<string, unknown>;
  readonly funding_moves: Record<string, unknown>;
}

test('parts of fundings belong to their customers', async () => {
  const place = await testPlace();
  const until = Object.entries(MIGRATIONS).filter(([name]) => name < '0019');
  const before = await openDatabase<Before>(beside(place), Object.fromEntries(until));
  const funding = { customer_id: 'c', currency: 'EUR', total: '7', state: 'ready', asked_at: 1 };
  const part = { ...ORDER, leg: 1, amount: '7' };
  await before
    .insertInto('fundings')
    .values({ ...ORDER, ...funding })
    .execute();
  await before
    .insertInto('funding_legs')
    .values({ ...part, token: 't', state: 'issued' })
    .execute();
  await before
    .insertInto('funding_moves')
    .values({ ...part, kind: 'complete', number: 1, state: 'planned' })
    .execute();
  const db = await openBankDatabase(place);
  expect(await findFunding(db, KEY)).toMatchObject(funding);
  expect(await legsOf(db, KEY)).toMatchObject([{ leg: 1, state: 'issued' }]);
  expect(await movesOf(db, KEY)).toMatchObject([{ kind: 'complete', attempt: 1, host_key: null }]);
  await db.destroy();
  await before.destroy();
});

test('fundings whose money was forgotten are looked at again, before the next order of their customer', async () => {
  const place = await testPlace();
  const until = Object.entries(MIGRATIONS).filter(([name]) => name < '0024');
  const before = await openDatabase<Before>(beside(place), Object.fromEntries(until));
  const looked = { asked_at: 1, wanted: 1, handled: 1 };
  const shown = { currency: 'EUR', total: '7', state: 'unneeded', is_waiting: false, ...looked };
  for (const [customer_id, leg, state] of [
    ['c', 1, 'issued'],
    ['d', 2, 'refused'],
  ] as const) {
    const of = { ...ORDER, customer_id };
    await before
      .insertInto('fundings')
      .values({ ...of, ...shown })
      .execute();
    await before
      .insertInto('funding_legs')
      .values({ ...of, leg, amount: '7', token: 't', state })
      .execute();
  }
  const db = await openBankDatabase(place);
  expect(await findFunding(db, KEY)).toMatchObject({ state: 'ready', is_waiting: true });
  await askFunding(db, { ...KEY, orderNumber: 'F-2', currency: 'EUR', total: '7' }, 2);
  const wanted = await wantedFundings(db, 'c');
  expect(wanted.map(({ order_number }) => order_number)).toEqual(['F-1', 'F-2']);
  expect(await findFunding(db, { ...KEY, customerId: 'd' })).toMatchObject(shown);
  await db.destroy();
  await before.destroy();
});
