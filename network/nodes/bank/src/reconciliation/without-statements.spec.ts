// SPDX-License-Identifier: Apache-2.0
// A card host may be set up to give no statements: nothing is awaited from it, nor when it is not configured any more.
import { testPlace } from '../../../common/src/testing/test-place.js';
import { HostUnavailable, type HostEntry, type Hosts } from '../core-banking/core-banking.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { bookLine } from '../testing/book-line.js';
import { dayFrom } from './days.js';
import { reconciliationWork, type ReconciliationParts } from './reconciliation-work.js';
import type { Report } from './report.js';

const DAY = '2026-11-20';

const ENTRY: HostEntry = {
  ...{ reference: 'REF000000001', kind: 'complete', token: 'card-9' },
  ...{ currency: 'EUR', amount: '4450' },
};

const signal = new AbortController().signal;
const noWork = { ask: () => Promise.resolve(), wake: () => undefined };

const GIVES = { statement: () => Promise.resolve([]) };
const SILENT = { statement: () => Promise.reject(new HostUnavailable('It is not there.')) };

let db: BankDatabase;

beforeEach(async () => {
  db = await openBankDatabase(await testPlace());
});
afterEach(() => db.destroy());

interface Setting {
  readonly hosts: Hosts;
  readonly withoutStatements?: readonly string[];
}

const MOBILE: Setting = { hosts: new Map([['mobile', GIVES]]) };
const withCards = (cards: typeof SILENT | typeof GIVES): Hosts =>
  new Map([...MOBILE.hosts, ['cards', cards]]);
/** `cards` has no folder for its statements. */
const BOTH: Setting = { hosts: withCards(SILENT), withoutStatements: ['cards'] };

/** @returns whether the work of the night after so many days succeeded */
async function night(setting: Setting, days: number): Promise<boolean> {
  const parts: ReconciliationParts = {
    ...{ db, ...setting, bankId: 'bank-1', caughtUp: () => Promise.resolve() },
    clock: () => Date.parse(`${dayFrom(DAY, days)}T00:15:00Z`),
  };
  const { jobs } = reconciliationWork(parts, noWork);
  const run = jobs.find(({ name }) => name === 'reconcile-day')?.run({}, signal);
  return (run ?? Promise.reject(new Error('There is no such work.'))).then(
    () => true,
    () => false,
  );
}

async function nights(setting: Setting, from: number, to: number): Promise<boolean[]> {
  const succeeded: boolean[] = [];
  for (let days = from; days <= to; days += 1) succeeded.push(await night(setting, days));
  return succeeded;
}

const rows = () =>
  db
    .selectFrom('reconciliations')
    .select(['day', 'missing', 'waits', 'report', 'book_host as count'])
    .orderBy('day')
    .execute();

const withoutReports = async () =>
  (await rows()).map(({ missing, waits, count }) => ({ missing, waits, count }));

const QUIET = { missing: '', waits: false, count: 0 };

test('a host that gives no statements is not compared, and fails no night', async () => {
  await bookLine(db, ENTRY, { at: `${DAY}T12:00:00Z` });
  expect(await nights(BOTH, 1, 3)).toEqual([true, true, true]);
  expect(await withoutReports()).toEqual([QUIET, QUIET, QUIET]);
  const { hosts } = JSON.parse((await rows())[0]?.report ?? '') as Report;
  expect(hosts).toMatchObject({ cards: { entries: null, missing: null } });
});

test('one that is not configured any more is awaited by no day either, also if the book has lines of it', async () => {
  await bookLine(db, ENTRY, { at: `${dayFrom(DAY, 2)}T12:00:00Z` });
  await nights(BOTH, 1, 3);
  expect(await nights(MOBILE, 4, 5)).toEqual([true, true]);
  expect(await withoutReports()).toEqual([QUIET, QUIET, QUIET, QUIET, QUIET]);
});

test('one that should have given statements, and never did, is left out of days without a line of it', async () => {
  await nights({ hosts: BOTH.hosts }, 1, 3);
  expect((await rows()).map(({ missing }) => missing)).toEqual(['cards', 'cards', 'cards']);
  expect(await night(MOBILE, 4)).toBe(true);
  expect(await withoutReports()).toEqual([QUIET, QUIET, QUIET, QUIET]);
});

test('the days of the last month are compared when it gives them', async () => {
  await bookLine(db, ENTRY, { at: `${DAY}T12:00:00Z` });
  await nights(BOTH, 1, 3);
  const hosts = withCards(GIVES);
  expect(await nights({ hosts }, 4, 6)).toEqual([true, true, true]);
  expect((await rows()).map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0]);
});

test('what a host said stays when it is set up to say nothing any more, or is gone', async () => {
  await bookLine(db, ENTRY, { at: `${DAY}T12:00:00Z` });
  await nights({ hosts: withCards(GIVES) }, 1, 1);
  for (const [days, setting] of [BOTH, MOBILE].entries())
    expect(await night(setting, days + 2)).toBe(true);
  expect((await rows())[0]).toMatchObject({ missing: '', count: 1 });
});
