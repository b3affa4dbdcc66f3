// SPDX-License-Identifier: Apache-2.0
// A customer is alerted to once while its host contradicts itself, though its runs change lanes meanwhile.
import { waitUntil } from '@fabric-offline-pay/node-common';
import { Work } from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import { Alerts } from '../alerts/alerts.js';
import { watch } from '../alerts/watch.js';
import { HostUnavailable, refused, type CoreBanking } from '../core-banking/core-banking.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { FundingLedger } from './funding-ledger.js';
import { askForCustomer, fundingWork } from './funding-work.js';
import { askFunding } from './store.js';

const DONE = { outcome: 'done', reference: 'R' } as const;
const never = () => Promise.reject(new Error('It is not asked for that.'));

/** `A` was deducted from the card, and captured on the ledger. */
const KEY = { merchant_id: 'm', order_number: 'A', customer_id: 'c' };
const CAPTURED = { authorised: '100', captured: '100', voided: '0', refunded: '0' };

let db: BankDatabase;
let work: Work<BankTables>;
let isContradictory: boolean;
let isMobileAway: boolean;
/** What the hosts were asked. */
let asked: string[];

const ledger: FundingLedger = {
  readAvailable: () => Promise.resolve('0'),
  readOrder: ({ orderNumber }) =>
    Promise.resolve(
      orderNumber === KEY.order_number ? ({ customerId: 'c', hold: CAPTURED } as never) : undefined,
    ),
  issue: () => Promise.resolve({ state: 'issued' }),
  withdraw: () => Promise.resolve(true),
};

const coreBanking: CoreBanking = {
  authorise: ({ token }) => {
    asked.push(token);
    return isMobileAway ? Promise.reject(new HostUnavailable('away')) : Promise.resolve(DONE);
  },
  complete: () => {
    asked.push('card');
    return Promise.resolve(isContradictory ? refused('REFUSED_BY_HOST') : DONE);
  },
  ...{ release: never, refund: never, payOut: never, echo: never },
};

beforeEach(async () => {
  [isContradictory, isMobileAway, asked] = [true, false, []];
  const place = await testPlace();
  db = await openBankDatabase(place);
  work = new Work<BankTables>({ db, url: urlOf(place), logger: pino({ level: 'silent' }) });
  const context = { db, ledger, coreBanking, clock: Date.now, abandonedAfterMs: 1_800_000 };
  await work.start(fundingWork(context, work, 'bank-1'));
  await db
    .insertInto('instruments')
    .values([
      { token: 'card', customer_id: 'c', kind: 'card', linked_in: 1 },
      { token: 'mobile', customer_id: 'c', kind: 'mobile', linked_in: 2 },
    ])
    .execute();
  const money = { currency: 'EUR', total: '100', state: 'ready', asked_at: Date.now() } as const;
  await db
    .insertInto('fundings')
    .values({ ...KEY, ...money, is_waiting: false })
    .execute();
  await db
    .insertInto('funding_legs')
    .values({ ...KEY, leg: 1, token: 'card', amount: '100', state: 'issued' })
    .execute();
  await db.insertInto('funding_choices').values({ customer_id: 'c', token: 'mobile' }).execute();
});
afterEach(async () => {
  await work.close();
  await db.destroy();
});

async function ask(): Promise<void> {
  await db.transaction().execute((transaction) => askForCustomer(work, transaction, 'c'));
  work.wake();
}

/** Another order of the customer, for which only the other host is asked. */
async function askOfOther(): Promise<void> {
  const key = { merchantId: 'm', orderNumber: 'B', customerId: 'c' };
  await askFunding(db, { ...key, currency: 'EUR', total: '7' }, Date.now());
  await ask();
}

/** @returns the alerts, after the clock's look, with whether they are open */
async function look(): Promise<string[]> {
  const alerts = new Alerts({ ask: () => Promise.resolve() }, []);
  const limits = { unusedCodes: 10, windowSeconds: 900 };
  await watch({ db, work, clock: Date.now, limits, escalateAfterSeconds: 900 }, alerts);
  const rows = await db.selectFrom('alerts').select(['subject', 'closed_at']).execute();
  return rows.map(
    ({ subject, closed_at }) => `${subject} ${closed_at === null ? 'open' : 'closed'}`,
  );
}

/** @returns what the orders wait for; `done` for one that is looked at no more */
async function troubles(): Promise<Record<string, string | null>> {
  const rows = await db.selectFrom('fundings').selectAll().execute();
  return Object.fromEntries(
    rows.map((row) => [row.order_number, row.handled < row.wanted ? row.trouble : 'done']),
  );
}

const until = (what: string, holds: () => Promise<boolean>) =>
  waitUntil(what, async () => (await holds()) || undefined, { deadlineMs: 30_000 });

test.each([false, true])(
  'while another order is funded by the other host, which is away: %s',
  async (isAway) => {
    isMobileAway = isAway;
    await ask();
    await until('the contradiction', async () => (await troubles())['A'] === 'HOST_CONTRADICTS');
    expect(await look()).toEqual(['fund-customer/c open']);
    await askOfOther();
    await until('the other host', () => Promise.resolve(asked.includes('mobile')));
    expect(await look()).toEqual(['fund-customer/c open']);
    [isContradictory, isMobileAway] = [false, false];
    await until('the end of both', async () =>
      Object.values(await troubles()).every((each) => each === 'done'),
    );
    expect(await look()).toEqual(['fund-customer/c closed']);
  },
);
