// SPDX-License-Identifier: Apache-2.0
// What a clock that was ahead has made of days that had not come counts as not made when they come. One that is behind makes nothing so.
import { Registry } from 'prom-client';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { publishBacking as publish, type BackingContext } from '../backing/publish-backing.js';
import { PublishedBacking } from '../backing/read-backing.js';
import {
  HostUnavailable,
  type HostEntry,
  type Hosts,
  type HostStatements,
} from '../core-banking/core-banking.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { bookLine } from '../testing/book-line.js';
import { dayFrom } from './days.js';
import { reconcileDay } from './reconcile-day.js';
import { reconciliationWork, type ReconciliationParts } from './reconciliation-work.js';
import { ClockBehind } from './wrong-clock.js';

const TODAY = '2026-11-20';
const AHEAD = '2026-12-20';
const STOLEN = '2026-12-05';
const THEFT: HostEntry = {
  ...{ reference: 'REF000000999', kind: 'authorise', token: 'card-9' },
  ...{ currency: 'EUR', amount: '1000000' },
};

const signal = new AbortController().signal;
const noWork = { ask: () => Promise.resolve(), wake: () => undefined };

let db: BankDatabase;
let now = 0;
/** What the world's clock shows; the node's is ahead while both differ. */
let really = 0;

beforeEach(async () => {
  db = await openBankDatabase(await testPlace());
  const position = { id: 1, next_block: 4, last_hash: 'earlier', first_hash: '' };
  await db.insertInto('ledger_position').values(position).execute();
});
afterEach(() => db.destroy());

/** @param ahead what the node's clock shows instead */
function setClocks(at: string, ahead = at): void {
  really = Date.parse(at);
  now = Date.parse(ahead);
}

/** A host that answers for days that have not come as for empty ones, as mobile money does. It is silent at times. */
const mobile = (isSilent: () => boolean): HostStatements => ({
  statement: (day) => {
    if (isSilent()) return Promise.reject(new HostUnavailable('It is silent.'));
    return Promise.resolve(day === STOLEN && really >= Date.parse(STOLEN) ? [THEFT] : []);
  },
});

const partsOf = (hosts: Hosts = new Map()): ReconciliationParts => ({
  ...{ db, hosts, clock: () => now, caughtUp: () => Promise.resolve() },
  bankId: 'bank-1',
});

/** Statements are not signed here: what they say is compared. */
const backingOf = (): BackingContext => ({
  ...{ db, clock: () => now, caughtUp: () => Promise.resolve(), bankId: 'bank-1' },
  sign: (statement) => Promise.resolve({ statement: JSON.stringify(statement), certificate: '' }),
  alerts: { open: () => Promise.resolve() },
});

const publishBacking = (): Promise<boolean> => publish(backingOf(), signal);

const readBacking = (day: string) => new PublishedBacking(backingOf()).statement(day);

async function night(hosts: Hosts): Promise<void> {
  const { jobs } = reconciliationWork(partsOf(hosts), noWork);
  const work = jobs.find(({ name }) => name === 'reconcile-day');
  await work?.run({}, signal).catch(() => undefined);
}

async function rowOf(day: string) {
  const { report, ...row } = await db
    .selectFrom('reconciliations')
    .selectAll()
    .where('day', '=', day)
    .executeTakeFirstOrThrow();
  const { differences } = JSON.parse(report) as { differences: readonly { key: string }[] };
  return { ...row, keys: differences.map((each) => each.key) };
}

/** The node's clock is a month ahead for one run, and days before that run is not over. */
async function runAhead(hosts: Hosts): Promise<void> {
  setClocks(`${TODAY}T00:15:00Z`);
  await night(hosts);
  setClocks(`${TODAY}T09:00:00Z`, `${AHEAD}T09:00:00Z`);
  await night(hosts);
}

/** @param nights 15 minutes after midnight */
async function nightsFrom(day: string, nights: number, hosts: Hosts): Promise<void> {
  for (let count = 0; count < nights; count += 1) {
    setClocks(`${dayFrom(day, count)}T00:15:00Z`);
    await night(hosts);
  }
}

test('a day that had not come is compared when it has, though the host is silent for days then', async () => {
  const from = Date.parse(dayFrom(STOLEN, 1));
  const isSilent = (): boolean => really >= from && really < from + 2 * 86_400_000;
  const hosts = new Map([['mobile', mobile(isSilent)]]);
  await runAhead(hosts);
  await nightsFrom(dayFrom(STOLEN, 1), 1, hosts);
  expect(await rowOf(STOLEN)).toMatchObject({ waits: true, missing: 'mobile', keys: ['mobile'] });
  await nightsFrom(dayFrom(STOLEN, 2), 2, hosts);
  expect(await rowOf(STOLEN)).toMatchObject({ missing: '', keys: [THEFT.reference] });
});

test('a day that had not come is compared by a node that was off until its report looks like one of its time', async () => {
  const hosts = new Map([['mobile', mobile(() => false)]]);
  await runAhead(hosts);
  await nightsFrom(dayFrom(TODAY, 1), 1, hosts);
  await nightsFrom(dayFrom(AHEAD, 5), 1, hosts);
  expect(await rowOf(STOLEN)).toMatchObject({ doubted: false, keys: [THEFT.reference] });
});

test('what a statement said of a day that was over stays named, though the clock that made the report was ahead', async () => {
  let isSilent = false;
  const hosts = new Map([['mobile', mobile(() => isSilent)]]);
  setClocks(`${dayFrom(STOLEN, 1)}T09:00:00Z`, `${AHEAD}T09:00:00Z`);
  await reconcileDay(partsOf(hosts), STOLEN, signal);
  isSilent = true;
  await nightsFrom(dayFrom(STOLEN, 2), 2, hosts);
  expect(await rowOf(STOLEN)).toMatchObject({ waits: true, keys: ['mobile', THEFT.reference] });
});

test('a report of a day that has not come is not shown, and its differences do not count', async () => {
  setClocks(`${dayFrom(STOLEN, 1)}T09:00:00Z`, `${AHEAD}T09:00:00Z`);
  await reconcileDay(partsOf(new Map([['mobile', mobile(() => false)]])), STOLEN, signal);
  await publishBacking();
  const registry = new Registry();
  const { handlers } = reconciliationWork({ ...partsOf(), registry }, noWork);
  const counted = async () =>
    (await registry.metrics()).split('\n').filter((line) => /pair=/.test(line));
  expect(await counted()).toContain('offpay_reconciliation_differences{pair="book-host"} 1');
  setClocks(`${dayFrom(STOLEN, -1)}T09:00:00Z`);
  for (const read of [handlers.readReconciliation(undefined, { day: STOLEN }), readBacking(AHEAD)])
    await expect(read).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await counted()).toContain('offpay_reconciliation_differences{pair="book-host"} 0');
});

test('backing that a clock stated ahead is stated again on its day, once', async () => {
  setClocks(`${TODAY}T09:00:00Z`, `${AHEAD}T00:30:00Z`);
  expect(await publishBacking()).toBe(true);
  setClocks(`${dayFrom(TODAY, 1)}T00:30:00Z`);
  expect(await publishBacking()).toBe(true);
  await db.updateTable('ledger_position').set({ next_block: 8, last_hash: 'later' }).execute();
  setClocks(`${AHEAD}T00:30:00Z`);
  expect(await publishBacking()).toBe(true);
  const { statement } = await readBacking(AHEAD);
  expect(JSON.parse(statement)).toMatchObject({ day: AHEAD, height: { block: 7 } });
  expect(await publishBacking()).toBe(false);
});

/** Money of the bank came onto the ledger. */
async function supply(at: string): Promise<void> {
  const own = { kind: 'issue', currency: 'EUR', supply_id: at, origin: 'counter' } as const;
  const row = { ...own, account: 'customer-1', amount: '100', block: 3, transaction_id: at };
  await db
    .insertInto('supplies')
    .values({ ...row, at: Date.parse(at), day: at.slice(0, 10) })
    .execute();
}

const dayRows = () =>
  db.selectFrom('reconciliations').select(['day', 'doubted']).orderBy('day').execute();

describe('a clock that is behind the ledger', () => {
  const YEAR_AGO = '2025-11-21T10:00:00Z';

  test('compares nothing and doubts nothing, so that what a host said stands when it is right again', async () => {
    let isSilent = false;
    const hosts = new Map([['mobile', mobile(() => isSilent)]]);
    await nightsFrom(STOLEN, 3, hosts);
    await publishBacking();
    await supply(`${dayFrom(STOLEN, 2)}T00:14:00Z`);
    const before = await dayRows();
    isSilent = true;
    setClocks(`${dayFrom(STOLEN, 2)}T10:00:00Z`, YEAR_AGO);
    await night(hosts);
    await expect(reconcileDay(partsOf(hosts), STOLEN, signal)).rejects.toThrow(ClockBehind);
    await expect(publishBacking()).rejects.toThrow(ClockBehind);
    expect(await dayRows()).toEqual(before);
    await nightsFrom(dayFrom(STOLEN, 3), 1, hosts);
    expect(await rowOf(STOLEN)).toMatchObject({ missing: '', keys: [THEFT.reference] });
    expect(await publishBacking()).toBe(true);
    const backings = await db.selectFrom('backing_statements').select(['day', 'doubted']).execute();
    expect(backings.every(({ doubted }) => !doubted)).toBe(true);
  });

  test.each([
    ['by as much as clocks may differ is right', '2026-11-20T12:02:00Z', true],
    ['by more is not', '2026-11-20T12:02:01Z', false],
  ])('%s', async (_by, newest, isRight) => {
    await supply(newest);
    setClocks('2026-11-20T12:00:00Z');
    const stated = publishBacking().catch((error: unknown) => error);
    expect(await stated).toEqual(isRight ? true : expect.any(ClockBehind));
  });
});

describe('where the ledger shows nothing of it, a clock that is behind for a run', () => {
  test('loses nothing that a statement named, though the host does not give it again', async () => {
    let isSilent = false;
    const hosts = new Map([['mobile', mobile(() => isSilent)]]);
    const line = { ...THEFT, kind: 'complete', reference: 'REF000000001' } as const;
    await bookLine(db, line, { at: `${STOLEN}T12:00:00Z`, adapter: 'mobile' });
    await nightsFrom(dayFrom(STOLEN, 1), 3, hosts);
    const named = ['mobile/REF000000001/1', THEFT.reference];
    expect(await rowOf(STOLEN)).toMatchObject({ keys: named });
    isSilent = true;
    setClocks(`${dayFrom(STOLEN, 3)}T10:00:00Z`, '2025-11-21T10:00:00Z');
    await night(hosts);
    await nightsFrom(dayFrom(STOLEN, 4), 3, hosts);
    expect(await rowOf(STOLEN)).toMatchObject({ keys: ['mobile', ...named] });
  });
});

/** A report of a day without anything. */
async function reported(day: string, block: number): Promise<void> {
  const made = { made_at: Date.parse(dayFrom(day, 2)), ledger_book: 0, book_host: 0, block };
  const nothing = { counts: {}, differences: [], underWay: [], sums: {} };
  const report = JSON.stringify({ day, ledger: { block, hash: '' }, ...nothing });
  await db
    .insertInto('reconciliations')
    .values({ day, ...made, waits: false, report })
    .execute();
}

test.each([
  ['made after later ones, by a clock that was behind, is none', 9, dayFrom(TODAY, -3)],
  ['made before them says that the node was there', 7, dayFrom(TODAY, -31)],
])('a report of a year ago that was %s', async (_which, block, first) => {
  await reported(dayFrom(TODAY, -365), block);
  for (const ago of [-3, -2]) await reported(dayFrom(TODAY, ago), 8);
  await nightsFrom(TODAY, 1, new Map([['mobile', mobile(() => false)]]));
  const days = (await dayRows()).map(({ day }) => day).slice(1);
  expect(days[0]).toBe(first);
});
