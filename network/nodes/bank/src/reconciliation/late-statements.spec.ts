// SPDX-License-Identifier: Apache-2.0
// Statements that come late, or never, hold up nothing else; whatever a host did is named in the report of one day.
import { testPlace } from '../../../common/src/testing/test-place.js';
import { Alerts } from '../alerts/alerts.js';
import { watch, type WatchContext } from '../alerts/watch.js';
import {
  HostUnavailable,
  StatementEndless,
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
import type { Report } from './report.js';

const DAY = '2026-11-20';
const NEXT = dayFrom(DAY, 1);
/** A statement that never comes. */
const NEVER = '9999-12-31T00:00:00Z';

const signal = new AbortController().signal;
const noWork = { ask: () => Promise.resolve(), wake: () => undefined };

const ENTRY: HostEntry = {
  ...{ reference: 'REF000000001', kind: 'authorise', token: 'card-9' },
  ...{ currency: 'EUR', amount: '4450' },
};
const THEFT: HostEntry = { ...ENTRY, reference: 'REF000000999', amount: '1000000' };

let db: BankDatabase;
let now = 0;

beforeEach(async () => {
  db = await openBankDatabase(await testPlace());
});
afterEach(() => db.destroy());

/** The book says that the host did it. */
const book = (at: string, entry: HostEntry, adapter = 'cards', number = 1): Promise<void> =>
  bookLine(db, entry, { at, adapter, number });

type Entries = Readonly<Record<string, readonly HostEntry[]>>;

const midnightAfter = (day: string): number => Date.parse(dayFrom(day, 1));

/** A host whose statement of a day comes at midnight, or when it is told here. */
function host(entries: Entries, comes: Readonly<Record<string, string>> = {}): HostStatements {
  const comesAt = (day: string): number => {
    const told = comes[day];
    return told === undefined ? midnightAfter(day) : Date.parse(told);
  };
  return {
    statement: (day) =>
      now >= comesAt(day)
        ? Promise.resolve(entries[day] ?? [])
        : Promise.reject(new HostUnavailable(`The statement of ${day} is not there.`)),
  };
}

const partsOf = (hosts: Hosts): ReconciliationParts => ({
  ...{ db, hosts, clock: () => now, caughtUp: () => Promise.resolve() },
  ...{ bankId: 'bank-1' },
});

const cards = (statements: HostStatements): Hosts => new Map([['cards', statements]]);

/** The clock's work at an instant. @returns whether it succeeded */
async function work(hosts: Hosts, at: string): Promise<boolean> {
  now = Date.parse(at);
  const { jobs } = reconciliationWork(partsOf(hosts), noWork);
  const run = jobs.find(({ name }) => name === 'reconcile-day')?.run({}, signal);
  return (
    run?.then(
      () => true,
      () => false,
    ) ?? false
  );
}

/** Some nights, each with the repetitions of work that fails. */
async function nights(hosts: Hosts, count = 6): Promise<void> {
  for (let night = 1; night <= count; night += 1)
    for (const hour of ['00:15', '06:15', '18:15'])
      if (await work(hosts, `${dayFrom(DAY, night)}T${hour}:00Z`)) break;
}

async function reports(): Promise<readonly Report[]> {
  const rows = await db.selectFrom('reconciliations').select('report').orderBy('day').execute();
  return rows.map(({ report }) => JSON.parse(report) as Report);
}

/** What all reports name of hosts, as `day key field`. */
const named = async (): Promise<string[]> =>
  (await reports()).flatMap(({ day, differences }) =>
    differences
      .filter(({ pair }) => pair === 'book-host')
      .map(({ key, field }) => [day, key, field].join(' ')),
  );

describe('near midnight, what the host never had is named when the statement of the next day comes', () => {
  test.each([
    ['in time', '2026-11-22T00:00:00Z'],
    ['some hours late', '2026-11-22T12:00:00Z'],
    ['more than a day late', '2026-11-23T12:00:00Z'],
    ['days late', '2026-11-25T12:00:00Z'],
  ])('%s', async (_when, comesAt) => {
    await book(`${DAY}T23:30:00Z`, ENTRY);
    await nights(cards(host({}, { [NEXT]: comesAt })));
    expect(await named()).toEqual([`${DAY} cards/REF000000001/1 entry`]);
  });

  test('in the morning it waits for the day before only, in the evening for the day after', async () => {
    await book(`${DAY}T00:10:00Z`, ENTRY);
    await book(`${DAY}T23:50:00Z`, { ...ENTRY, reference: 'REF000000002' });
    await nights(cards(host({}, { [NEXT]: NEVER })), 1);
    expect(await named()).toEqual([`${DAY} cards/REF000000001/1 entry`]);
    expect((await reports())[0]?.underWay).toContainEqual(
      expect.objectContaining({ key: 'cards/REF000000002/1', missing: 'host' }),
    );
  });
});

test('a statement that never comes is named, and holds up no other day', async () => {
  await book(`${DAY}T12:00:00Z`, ENTRY);
  const stolenOn = dayFrom(DAY, 3);
  const statements = { [DAY]: [ENTRY], [stolenOn]: [THEFT] };
  await nights(cards(host(statements, { [NEXT]: NEVER })));
  expect(await named()).toEqual([`${NEXT} cards statement`, `${stolenOn} REF000000999 entry`]);
});

test('what the host did once more is named when the statement comes that has it on its own day', async () => {
  await book(`${DAY}T12:00:00Z`, ENTRY);
  const comes = { [DAY]: `${dayFrom(DAY, 5)}T12:00:00Z` };
  const hosts = cards(host({ [DAY]: [ENTRY], [NEXT]: [ENTRY] }, comes));
  await nights(hosts, 4);
  expect(await named()).toEqual([`${DAY} cards statement`]);
  await nights(hosts, 7);
  expect(await named()).toEqual([`${NEXT} REF000000001 entry`]);
});

describe('of several hosts', () => {
  const both = (mobile: HostStatements): Hosts =>
    new Map([
      ['cards', host({ [DAY]: [THEFT] })],
      ['mobile', mobile],
    ]);

  test.each<readonly [why: string, mobile: HostStatements]>([
    ['gives no statement', host({}, { [DAY]: NEVER })],
    [
      'gives one without an end',
      { statement: () => Promise.reject(new StatementEndless('It does not end.')) },
    ],
  ])('one that %s is named, and the other compared', async (_why, mobile) => {
    expect(await work(both(mobile), `${NEXT}T00:15:00Z`)).toBe(false);
    expect(await named()).toEqual([`${DAY} REF000000999 entry`, `${DAY} mobile statement`]);
    const [{ hosts } = { hosts: {} }] = await reports();
    expect(hosts).toEqual({
      cards: { entries: 1, missing: null },
      mobile: { entries: null, missing: expect.stringMatching(/not there|not end/) as unknown },
    });
  });

  test('one has nothing to do with what is under the same reference at the other', async () => {
    await book(`${DAY}T12:00:00Z`, ENTRY, 'mobile');
    now = midnightAfter(NEXT);
    const hosts = new Map([
      ['cards', host({ [DAY]: [ENTRY] })],
      ['mobile', host({})],
    ]);
    await reconcileDay(partsOf(hosts), DAY, signal);
    expect(await named()).toEqual([
      `${DAY} REF000000001 entry`,
      `${DAY} mobile/REF000000001/1 entry`,
    ]);
  });

  test('one that does not give its statement again keeps its part, and the late one of the other is compared', async () => {
    const late = `${NEXT}T12:00:00Z`;
    const mobile = { ...THEFT, reference: 'REF000000998' };
    const hosts = new Map([
      ['cards', host({ [DAY]: [THEFT] })],
      ['mobile', host({ [DAY]: [mobile] }, { [DAY]: late })],
    ]);
    await work(hosts, `${NEXT}T00:15:00Z`);
    hosts.set('cards', host({}, { [DAY]: NEVER }));
    expect(await work(hosts, `${dayFrom(DAY, 2)}T00:15:00Z`)).toBe(false);
    expect(await named()).toEqual([`${DAY} REF000000999 entry`, `${DAY} REF000000998 entry`]);
    const [{ hosts: compared, counts, sums } = { hosts: {} }] = await reports();
    expect(compared).toMatchObject({ cards: { entries: 1 }, mobile: { entries: 1 } });
    expect(counts).toMatchObject({ 'book-host': 2 });
    expect(sums?.['EUR']?.day.host).toMatchObject({ authorise: '2000000' });
  });

  test('one that is not configured any more keeps what its statement said', async () => {
    await nights(both(host({})), 1);
    await nights(new Map([['mobile', host({})]]), 4);
    expect(await named()).toEqual([`${DAY} REF000000999 entry`]);
  });

  test('one that is not configured any more is named while the book has entries of it', async () => {
    await book(`${DAY}T12:00:00Z`, ENTRY, 'old');
    await nights(cards(host({})), 2);
    expect(await named()).toEqual([`${DAY} old statement`]);
  });
});

describe('a day that is compared again', () => {
  test('has one report, and keeps what a statement said that is not there any more', async () => {
    await book(`${DAY}T12:00:00Z`, ENTRY);
    const next = { [NEXT]: [THEFT] };
    const whole = cards(host({ [DAY]: [{ ...ENTRY, amount: '4451' }], ...next }));
    await nights(whole, 1);
    const gone = cards(host(next, { [DAY]: NEVER }));
    expect(await work(gone, `${dayFrom(DAY, 2)}T00:15:00Z`)).toBe(false);
    const both = [`${DAY} cards/REF000000001/1 amount`, `${NEXT} REF000000999 entry`];
    expect(await named()).toEqual(both);
    await nights(whole);
    expect(await named()).toEqual(both);
  });

  test('is compared as a whole, though it was compared before its end and the node was off since', async () => {
    now = Date.parse(`${DAY}T12:00:00Z`);
    const open = { statement: () => Promise.resolve([]) };
    await reconcileDay(partsOf(cards(open)), DAY, signal);
    await work(cards(host({ [DAY]: [THEFT] })), `${dayFrom(DAY, 5)}T00:15:00Z`);
    expect(await named()).toEqual([`${DAY} REF000000999 entry`]);
  });

  test('before its end, and not any more then, is named with what was said meanwhile', async () => {
    now = Date.parse(`${DAY}T12:00:00Z`);
    await book(`${DAY}T11:00:00Z`, ENTRY);
    const open = { statement: () => Promise.resolve([THEFT]) };
    await reconcileDay(partsOf(cards(open)), DAY, signal);
    await nights(cards(host({}, { [DAY]: NEVER })), 3);
    expect(await named()).toEqual([`${DAY} cards statement`, `${DAY} REF000000999 entry`]);
    expect((await reports())[0]?.counts['book-host']).toBe(2);
  });

  test.each<readonly [version: string, more: object]>([
    ['that did not name the hosts, since none was missing', {}],
    ['that kept no parts by host', { hosts: { cards: { entries: 1, missing: null } } }],
  ])('keeps the report of a version %s', async (_version, more) => {
    const day = dayFrom(DAY, -10);
    const theft = { pair: 'book-host', key: THEFT.reference, field: 'entry', book: null, host: '' };
    const counts = { 'ledger-book': 0, 'book-host': 1, underWay: 0 };
    const ledger = { block: 1, hash: '' };
    const old = { day, ledger, ...more, counts, differences: [theft], underWay: [], sums: {} };
    await db
      .insertInto('reconciliations')
      .values({
        ...{
          day,
          made_at: Date.parse(`${dayFrom(day, 2)}T00:15:00Z`),
          report: JSON.stringify(old),
        },
        ...{ ledger_book: 0, book_host: 1 },
      })
      .execute();
    const stolen = `${day} REF000000999 entry`;
    await work(cards(host({}, { [day]: NEVER })), `${NEXT}T00:15:00Z`);
    expect(await named()).toEqual([stolen]);
    await work(cards(host({ [day]: [THEFT] })), `${dayFrom(DAY, 2)}T00:15:00Z`);
    expect(await named()).toEqual([stolen]);
  });

  test('waits for a request whose answer got lost, and names what the host did without one', async () => {
    const request = { request_key: 'a', digest: '', adapter: 'cards', state: 'sent' } as const;
    const nothing = { authorisation: null, stan: null, undo_stan: null, rrn: null, approval: null };
    const { reference, ...content } = ENTRY;
    await db
      .insertInto('host_requests')
      .values({
        ...{ ...request, ...content, ...nothing, attempt: 1, sent_at: 1, asked_at: 1 },
        ...{ reference: null, refusal: null, ended_at: null },
      })
      .execute();
    const hosts = cards(host({ [DAY]: [ENTRY] }));
    await nights(hosts, 3);
    expect(await named()).toEqual([]);
    await db.updateTable('host_requests').set({ state: 'refused' }).execute();
    await work(hosts, `${dayFrom(DAY, 4)}T00:15:00Z`);
    expect(await named()).toEqual([`${DAY} ${reference} entry`]);
  });
});

test.each([
  ['a month', 30],
  ['longer', 40],
  ['longer, beyond the end of the year', 60],
])('after an outage of %s, the days of the last month are compared', async (_what, days) => {
  const stolenOn = dayFrom(DAY, days - 11);
  const hosts = cards(host({ [stolenOn]: [THEFT] }));
  await nights(hosts, 1);
  await work(hosts, `${dayFrom(DAY, days + 1)}T00:15:00Z`);
  expect(await named()).toEqual([`${stolenOn} REF000000999 entry`]);
  const compared = (await reports()).map(({ day }) => day).slice(-31);
  expect(compared).toEqual(compared.map((_, index) => dayFrom(DAY, days - 30 + index)));
  expect(compared).toHaveLength(31);
});

test('an operator is alerted once to a statement that is missing for hours, until it comes', async () => {
  const told: string[] = [];
  const asked = {
    ask: (_: unknown, __: unknown, key: string) => Promise.resolve(void told.push(key)),
  };
  const channel = { name: 'desk', tells: ['opened', 'closed'], tell: () => Promise.resolve() };
  const alerts = new Alerts(asked, [channel] as never);
  const context = {
    ...{ db, clock: () => now, escalateAfterSeconds: 900 },
    limits: { unusedCodes: 10, windowSeconds: 900 },
    work: { wake: () => undefined, failingJobs: () => Promise.resolve([]) },
  } satisfies WatchContext;
  const look = async (hour: string) => {
    await work(cards(host({}, { [DAY]: `${NEXT}T18:00:00Z` })), `${NEXT}T${hour}:00Z`);
    await watch(context, alerts);
    return told.splice(0);
  };
  expect(await look('00:15')).toEqual([]);
  expect(await look('12:15')).toEqual([`missingStatement/cards/${DAY}/1/opened/desk`]);
  expect(await look('13:15')).toEqual([]);
  expect(await look('18:15')).toEqual([`missingStatement/cards/${DAY}/1/closed/desk`]);
});
