// SPDX-License-Identifier: Apache-2.0
// What is asked about a customer costs the same, however many customers and orders the bank has: no table is read from end to end.
import { sql } from 'kysely';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { tablesReadWhole } from '../testing/query-plans.js';
import { fundingLanes } from './lanes.js';
import { legsOf, movesOf, nextLeg } from './parts-store.js';
import { listFundings } from './read-fundings.js';
import {
  askFunding,
  findFunding,
  instrumentOf,
  leavingOf,
  relyingOthers,
  wantAbandoned,
  wantedFundings,
  wantFundings,
} from './store.js';

/** So many that nobody would read all of them for a few. */
const MANY = 50_000;

const keyOf = (index: number) => ({
  merchantId: 'm',
  orderNumber: `o-${index}`,
  customerId: `c-${index}`,
});

let db: BankDatabase;

/** Each customer has a card and an order that was paid long ago; of some the ledger says something new. */
beforeAll(async () => {
  db = await openBankDatabase(await testPlace());
  const each = sql`from generate_series(1, ${sql.lit(MANY)}) i`;
  for (const rows of [
    sql`instruments (token, customer_id, kind, linked_in) select 't-' || i, 'c-' || i, 'card', i`,
    sql`funding_choices (customer_id, token) select 'c-' || i, 't-' || i`,
    sql`fundings (merchant_id, order_number, customer_id, currency, total, state, asked_at, is_waiting, wanted, handled)
      select 'm', 'o-' || i, 'c-' || i, 'EUR', '100', case when i <= 20 then 'asked' else 'ready' end, i, i <= 20,
        case when i <= 40 then 2 else 1 end, 1`,
    sql`funding_legs (merchant_id, order_number, customer_id, leg, token, amount, state)
      select 'm', 'o-' || i, 'c-' || i, 1, 't-' || i, '100', 'issued'`,
    sql`funding_moves (merchant_id, order_number, customer_id, leg, kind, number, amount, state)
      select 'm', 'o-' || i, 'c-' || i, 1, 'complete', 1, '100', 'done'`,
  ])
    await sql`insert into ${rows} ${each}`.execute(db);
  await sql`analyze`.execute(db);
});

afterAll(() => db.destroy());

const customers = Array.from({ length: 20 }, (_, index) => `c-${index + 1}`);

const QUESTIONS: Record<string, (on: BankDatabase) => Promise<unknown>> = {
  'in which lanes customers are looked at': (on) => fundingLanes(on, customers),
  'what is to be looked at of a customer': (on) => wantedFundings(on, 'c-1'),
  'what was asked for': (on) => findFunding(on, keyOf(1)),
  'that an order is to be funded': (on) =>
    askFunding(on, { ...keyOf(MANY + 1), currency: 'EUR', total: '1' }, MANY + 1),
  'what else counts on the account': async (on) => {
    const funding = await findFunding(db, keyOf(1));
    if (funding === undefined) throw new Error('It was asked for.');
    await relyingOthers(on, funding);
    await leavingOf(on, funding);
  },
  'what was deducted, and what became of it': async (on) => {
    await legsOf(on, keyOf(1));
    await nextLeg(on, keyOf(1));
    await movesOf(on, keyOf(1));
  },
  'from which instrument': (on) => instrumentOf(on, 'c-1'),
  'what the ledger says of orders': (on) =>
    wantFundings(
      on,
      customers.map((_, index) => keyOf(index + 1)),
    ),
  'which orders nobody waits for any more': (on) => wantAbandoned(on, 10),
  'a page of all of them': (on) => listFundings(on, { limit: 10, after: keyOf(500) }),
  'a page of those in trouble': (on) => listFundings(on, { limit: 10, troubled: true }),
};

test.each(Object.entries(QUESTIONS))('%s', async (_, ask) => {
  expect(await tablesReadWhole(db, ask)).toEqual([]);
});
