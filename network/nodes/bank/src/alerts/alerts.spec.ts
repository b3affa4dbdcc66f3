// SPDX-License-Identifier: Apache-2.0
// Alerts by a clock that was a month ahead for a minute: it may alert too much in that minute, and hides nothing afterwards.
import { testPlace } from '../../../common/src/testing/test-place.js';
import { endSubjects } from '../clock-work/certificate-ends.js';
import { openBankDatabase } from '../database/open-database.js';
import type { BankDatabase } from '../database/schema.js';
import { Alerts } from './alerts.js';
import type { AlertChannel } from './channels/alert-channel.js';
import { tellAlertJobs } from './tell-alert.js';
import { watch, type WatchContext } from './watch.js';

const DAY = 86_400_000;
const MONTH = 30 * DAY;
const MINUTE = 60_000;
const START = Date.parse('2026-11-20T12:00:00Z');

let db: BankDatabase;
let now: number;
let failing: string[];
let alerts: Alerts;
/** What was asked for to be told: `kind/subject/number/news/channel`. */
let asked: string[];

const CHANNEL: AlertChannel = {
  name: 'webhook',
  tells: ['opened', 'acknowledged', 'escalated', 'closed'],
  send: () => Promise.resolve(),
};

const work = {
  ask: (_: unknown, __: unknown, key: string) => Promise.resolve(void asked.push(key)),
  wake: () => undefined,
  failingJobs: () => Promise.resolve(failing.map((name) => ({ name, keys: 1 }))),
};

beforeEach(async () => {
  db = await openBankDatabase(await testPlace());
  [now, failing, asked] = [START, [], []];
  alerts = new Alerts(work, [CHANNEL]);
});
afterEach(() => db.destroy());

const context = (): WatchContext => ({
  ...{ db, work, clock: () => now, escalateAfterSeconds: 900 },
  limits: { unusedCodes: 10, windowSeconds: 900 },
});

const look = () => watch(context(), alerts);

async function lookEachMinute(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    now += MINUTE;
    await look();
  }
}

const open = async (): Promise<string[]> => {
  const rows = await db
    .selectFrom('alerts')
    .select(['kind', 'subject'])
    .where('closed_at', 'is', null)
    .orderBy('subject')
    .execute();
  return rows.map(({ kind, subject }) => `${kind}/${subject}`);
};

test('what passed in that minute opens an alert again', async () => {
  failing = ['fund-customer'];
  await look();
  [now, failing] = [START + MONTH, []];
  await look();
  [now, failing] = [START + MINUTE, ['fund-customer']];
  await look();
  expect(await open()).toEqual(['failingJob/fund-customer']);
  expect(asked).toContain('failingJob/fund-customer/2/opened/webhook');
});

test('what began in that minute is escalated, and closes', async () => {
  [now, failing] = [START + MONTH, ['fund-customer']];
  await look();
  now = START;
  await lookEachMinute(20);
  expect(asked.filter((key) => key.includes('escalated'))).toHaveLength(1);
  failing = [];
  await lookEachMinute(1);
  expect(await open()).toEqual([]);
});

test('what another machine opened, whose clock is a little ahead, has its own time until it is escalated', async () => {
  failing = ['fund-customer'];
  now = START + 5 * MINUTE;
  await look();
  now = START;
  await lookEachMinute(19);
  expect(asked).toHaveLength(1);
  await lookEachMinute(1);
  expect(asked).toHaveLength(2);
});

test('a certificate warns as before', async () => {
  const ends = [{ name: 'tls', end: START + 20 * DAY }];
  const check = async (at: number) => {
    await db
      .transaction()
      .execute((transaction) => alerts.keep(transaction, 'certificate', endSubjects(ends, at), at));
    return open();
  };
  expect(await check(START)).toEqual(['certificate/tls/30']);
  expect(await check(START + MONTH)).toEqual(['certificate/tls/1']);
  expect(await check(START + DAY)).toEqual(['certificate/tls/30']);
  expect(await check(START + 13 * DAY)).toEqual(['certificate/tls/7']);
  expect(await check(START + 19 * DAY)).toEqual(['certificate/tls/1']);
});

test('a host is alerted to that was troubled since then', async () => {
  const trouble = { trouble: 'HOST_UNCERTAIN', troubled_at: START + MONTH };
  const order = { merchant_id: 'm', order_number: 'A', customer_id: 'c' };
  const money = { currency: 'EUR', total: '100', state: 'asked', asked_at: START } as const;
  await db
    .insertInto('fundings')
    .values({ ...order, ...money, ...trouble })
    .execute();
  const payOut = { payee_id: 'p', currency: 'EUR', redeem_id: 'R', amount: '100' };
  const states = { state: 'redeemed', host_key: 'h', attempt: 1, requested_at: START } as const;
  await db
    .insertInto('pay_outs')
    .values({ ...payOut, ...states, ...trouble })
    .execute();
  await look();
  expect(await open()).toEqual(['unansweredHost/funding/m/A', 'unansweredHost/payOut/p/EUR/R']);
});

test.each(['closed', 'acknowledged'] as const)(
  'that an alert was %s is told, though the work for it runs in that minute',
  async (news) => {
    failing = ['fund-customer'];
    await look();
    const key = { kind: 'failingJob', subject: 'fund-customer', number: 1 } as const;
    await db
      .transaction()
      .execute((transaction) => alerts.acknowledge(transaction, key, 'anna', now));
    failing = [];
    await lookEachMinute(1);
    const told: string[] = [];
    const send: AlertChannel['send'] = ({ news: what }) => Promise.resolve(void told.push(what));
    const [job] = tellAlertJobs({
      db,
      channels: [{ ...CHANNEL, send }],
      clock: () => START + MONTH,
    });
    await job?.run({ ...key, news, channel: 'webhook' }, new AbortController().signal);
    expect(told).toEqual([news]);
  },
);

describe('statements that are missing', () => {
  const dayAt = (days: number): string =>
    new Date(START + days * DAY).toISOString().slice(0, 'yyyy-mm-dd'.length);

  const miss = (day: string, missing: string) =>
    db
      .insertInto('reconciliations')
      .values({
        ...{ day, made_at: now, ledger_book: 0, book_host: 1, report: '{}' },
        ...{ waits: true, missing },
      })
      .execute();

  beforeEach(async () => {
    for (let days = -70; days < -2; days += 1) await miss(dayAt(days), 'iso8583');
    await miss(dayAt(-2), 'iso8583,mobile-money');
  });

  test('of two months hide no newer one, and are alerted to as long as their days are compared', async () => {
    await look();
    const shown = await open();
    expect(shown).toContain(`missingStatement/mobile-money/${dayAt(-2)}`);
    expect(shown).toHaveLength(31);
    expect(shown).toContain(`missingStatement/iso8583/${dayAt(-31)}`);
    now += DAY;
    await look();
    expect(await open()).not.toContain(`missingStatement/iso8583/${dayAt(-31)}`);
  });

  test('alert nobody where a host is set up to give none', async () => {
    await watch({ ...context(), withoutStatements: ['iso8583'] }, alerts);
    expect(await open()).toEqual([`missingStatement/mobile-money/${dayAt(-2)}`]);
  });
});
