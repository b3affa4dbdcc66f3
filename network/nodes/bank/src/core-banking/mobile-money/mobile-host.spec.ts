// SPDX-License-Identifier: Apache-2.0
// Against a real HTTP server: whatever it does, a request has one effect in the end.
import { testEngine } from '../../../../common/src/testing/test-place.js';
import { emptyTables, openBankingDatabase } from '../../testing/hosts/banking-database.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../../testing/hosts/mobile-host-simulator.js';
import { faultsOf, isSilent, stopsHost, type Fault } from '../../testing/hosts/faults.js';
import { Life, MortalEngine } from '../../testing/hosts/mortal-engine.js';
import {
  BALANCES,
  bookedMoney,
  CARD,
  OPERATIONS,
  PAYEE,
  untilAnswered,
  type Operation,
} from '../../testing/hosts/operations.js';
import { bookLines, type BookLine } from '../book/totals.js';
import { HostUncertain, HostUnavailable, type StatingBank } from '../core-banking.js';
import { recordedCoreBanking } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import type { HttpOptions } from './http.js';
import { MobileHost } from './mobile-host.js';
import { readStatement } from './statement-pages.js';
import { correlationId } from './wire.js';

const TODAY = '2026-11-29';
const PATIENT_MS = 10_000;
const HURRIED_MS = 50;
const NOW = Date.UTC(2026, 10, 29, 12);

/** Of the process that dies: it shares the database with the others. */
const life = new Life();
let mortal: CoreBankingDatabase;
let db: CoreBankingDatabase;
let host: MobileHostSimulator;
/** How long the bank waits for an answer. */
let patienceMs: number;

beforeAll(async () => {
  const engine = await testEngine();
  db = await openBankingDatabase({ engine });
  mortal = await openBankingDatabase({ engine: new MortalEngine(engine, life) });
  host = await MobileHostSimulator.start();
});

beforeEach(empty);

afterAll(async () => {
  await host.stop();
  await db.destroy();
});

async function empty(): Promise<void> {
  patienceMs = PATIENT_MS;
  await emptyTables(db);
  host.reset();
  for (const [token, balance] of BALANCES) host.accounts.set(token, balance);
}

function openBank(changes: Partial<HttpOptions> = {}, own = db): StatingBank {
  const clock = () => NOW;
  const http = {
    url: host.url,
    credentials: { 'x-api-key': API_KEY },
    get timeoutMs() {
      return patienceMs;
    },
    ...changes,
  };
  const poll = { everyMs: 1, times: 3 };
  const adapter = new MobileHost({ db: own, http, account: BANK_ACCOUNT, clock, poll });
  return recordedCoreBanking({ db: own, clock, host: adapter });
}

/** A completion is only in the book: the host took the money before. */
const isAtHost = ({ kind }: BookLine): boolean => kind !== 'complete';

async function expectOneEffect({ then }: Operation): Promise<void> {
  expect(host.accounts.get(CARD.token)).toBe(then.card);
  expect(host.accounts.get(PAYEE.account)).toBe(then.payee);
  expect(host.taken).toBe(then.reserved + then.taken);
  const { reserved, taken } = await bookedMoney(db);
  expect({ reserved, taken }).toEqual({ reserved: then.reserved, taken: then.taken });
  const lines = (await bookLines(db, TODAY)).filter(isAtHost);
  const byReference = (a: { reference: string }, b: { reference: string }) =>
    a.reference < b.reference ? -1 : 1;
  expect([...(await openBank().statement(TODAY))].sort(byReference)).toEqual(
    lines
      .map(({ reference, kind, token, currency, amount }) => ({
        ...{ reference, kind, token, currency, amount },
      }))
      .sort(byReference),
  );
}

/** A host that stops is tried apart. */
const FAULTS = faultsOf('mobile').filter((fault) => !stopsHost(fault));

/** Only a host that says nothing makes the bank wait to the end; afterwards it is patient again. */
function misbehave(fault: Fault, times: number): void {
  let left = times;
  if (isSilent(fault)) patienceMs = HURRIED_MS;
  host.faultFor = () => {
    left -= 1;
    if (left <= 0) patienceMs = PATIENT_MS;
    return left >= 0 ? fault : undefined;
  };
}

/** A completion asks the host for nothing. */
const CASES = OPERATIONS.filter(({ kind }) => kind !== 'complete').flatMap((operation) =>
  FAULTS.flatMap((fault) =>
    (isSilent(fault) ? [1, 2] : [2]).map((times) => ({
      kind: operation.kind,
      operation,
      fault,
      times,
    })),
  ),
);

test.each(CASES)(
  '$kind has one effect when the host $fault, $times times',
  async ({ operation, fault, times }) => {
    const bank = openBank();
    await operation.before(bank);
    misbehave(fault, times);
    expect(await untilAnswered(() => operation.ask(bank))).toMatchObject({ outcome: 'done' });
    await expectOneEffect(operation);
  },
);

describe.each(OPERATIONS)('$kind', (operation) => {
  test.each([false, true])('is done once (asynchronously: %s)', async (isAsynchronous) => {
    host.isAsynchronous = isAsynchronous;
    const bank = openBank();
    await operation.before(bank);
    const answer = await operation.ask(bank);
    expect(answer).toMatchObject({ outcome: 'done' });
    expect(await operation.ask(openBank())).toEqual(answer);
    await expectOneEffect(operation);
  });

  test('waits while the host is off', async () => {
    const bank = openBank();
    await operation.before(bank);
    await host.stop();
    const answered = await operation.ask(bank).catch((error: unknown) => error);
    await host.resume();
    // Which of the two depends on whether the connection that ended is noticed before it is used.
    const waits = answered instanceof HostUnavailable || answered instanceof HostUncertain;
    expect(waits).toBe(operation.kind !== 'complete');
    expect(await operation.ask(bank)).toMatchObject({ outcome: 'done' });
    await expectOneEffect(operation);
  });

  test('leaves one effect when its process dies at any step and it is asked again', async () => {
    let steps = 0;
    for (let isAlive = false; !isAlive; steps += 1) {
      life.endAfter();
      const bank = openBank({}, mortal);
      await operation.before(bank);
      life.endAfter(steps);
      await operation.ask(bank).catch(() => undefined);
      isAlive = !life.isOver;
      await untilAnswered(() => operation.ask(openBank()));
      await expectOneEffect(operation);
      await empty();
    }
    expect(steps).toBeGreaterThan(10);
  });
});

const authorise = (bank: StatingBank, amount = '600') =>
  bank.authorise({ key: 'a', ...CARD, amount });

test.each([
  ['insufficientFunds', 'INSUFFICIENT_FUNDS'],
  ['dailyValueLimitExceeded', 'LIMIT_EXCEEDED'],
  ['identifierError', 'INSTRUMENT_UNKNOWN'],
  ['linkViolation', 'INSTRUMENT_BLOCKED'],
  ['samePartiesError', 'REFUSED_BY_HOST'],
])('%s is refused as %s, at once or later, and stays so', async (code, reason) => {
  host.refusal = code;
  expect(await authorise(openBank())).toEqual({ outcome: 'refused', reason });
  host.isAsynchronous = true;
  const later = await openBank().authorise({ key: 'b', ...CARD, amount: '1' });
  expect(later).toEqual({ outcome: 'refused', reason });
  host.refusal = undefined;
  expect(await authorise(openBank())).toEqual({ outcome: 'refused', reason });
  expect(host.taken).toBe(0n);
});

test('an answer that got lost is looked up, not asked for again', async () => {
  const bank = openBank();
  misbehave('says nothing', 1);
  await expect(authorise(bank)).rejects.toThrow(HostUncertain);
  await authorise(bank);
  expect(host.heard).toEqual([
    'POST /transactions/type/merchantpay',
    `GET /responses/${correlationId('a')}`,
    'GET /transactions/MM-1',
  ]);
});

test('an unknown key of the bank is nothing about the customer', async () => {
  const stranger = openBank({ credentials: {} });
  await expect(authorise(stranger)).rejects.toThrow(HostUncertain);
  await expect(stranger.echo()).rejects.toThrow(HostUnavailable);
  await expect(stranger.statement(TODAY)).rejects.toThrow(HostUnavailable);
  await openBank().echo();
  expect(await authorise(openBank())).toMatchObject({ outcome: 'done' });
});

test('a statement is read to its last page', async () => {
  const bank = openBank();
  const keys = Array.from({ length: 101 }, (_, index) => `p${index}`);
  await Promise.all(keys.map((key) => bank.payOut({ key, ...PAYEE, amount: '1' })));
  const entries = await bank.statement(TODAY);
  expect(entries).toHaveLength(101);
  expect(new Set(entries.map(({ reference }) => reference)).size).toBe(101);
});

test.each([false, true])(
  'a reference may have as many characters as the API allows (asynchronously: %s)',
  async (isAsynchronous) => {
    Object.assign(host, { isAsynchronous, naming: 'x'.repeat(255) });
    const bank = openBank();
    expect(await authorise(bank)).toEqual({
      outcome: 'done',
      reference: `${host.naming}1`,
    });
    const part = { key: 'r', authorisation: 'a', amount: '600' };
    expect(await bank.release(part)).toMatchObject({ outcome: 'done' });
    expect(await bank.statement(TODAY)).toHaveLength(2);
    expect(host.taken).toBe(0n);
  },
);

test.each([
  ['too long', 'x'.repeat(256)],
  ['a character that nobody prints', '\u0000'],
])(
  'a reference that is %s says nothing: it is asked until the host is put right',
  async (_, bad) => {
    host.naming = bad;
    for (let times = 0; times < 2; times += 1)
      await expect(authorise(openBank())).rejects.toThrow(HostUncertain);
    expect(host.heard.filter((each) => each.startsWith('POST'))).toHaveLength(1);
  },
);

describe.each([false, true])('a host that says what it moved (asynchronously: %s)', (isLater) => {
  beforeEach(() => {
    host.isAsynchronous = isLater;
  });

  test.each([
    ['another amount', { amount: '1.00' }],
    ['what is no amount', { amount: '-' }],
    ['another currency', { currency: 'IDR' }],
  ])('and names %s did something else: nothing is booked until that is known', async (_, says) => {
    host.says = says;
    for (let times = 0; times < 2; times += 1)
      await expect(authorise(openBank())).rejects.toThrow(HostUncertain);
    expect(await bookLines(db, TODAY)).toEqual([]);
    expect(host.heard.filter((each) => each.startsWith('POST'))).toHaveLength(1);
    host.says = {};
    expect(await authorise(openBank())).toMatchObject({ outcome: 'done' });
  });

  test.each([
    ['the amount in other digits', { amount: '6.0' }],
    ['the amount as a number', { amount: 6 }],
    ['neither amount nor currency', { amount: undefined, currency: undefined }],
  ])('and names %s did what it was asked for', async (_, says) => {
    host.says = says;
    expect(await authorise(openBank())).toMatchObject({ outcome: 'done' });
  });
});

describe('the statement of a host', () => {
  const line = {
    ...{ transactionReference: 'T-1', transactionStatus: 'completed', type: 'merchantpay' },
    ...{ amount: '6.00', currency: 'EUR', debitParty: [{ key: 'linkref', value: 'tok' }] },
  };
  const page = (length: number, first = 0) =>
    Array.from({ length }, (_, index) => ({ ...line, transactionReference: `T-${first + index}` }));
  const asked: string[] = [];
  const read = (body: (path: string) => unknown, signal?: AbortSignal, most?: number) => {
    asked.length = 0;
    const get = (path: string) => {
      asked.push(path);
      // As it comes: what is undefined is left out.
      return Promise.resolve({
        status: 200,
        body: JSON.parse(JSON.stringify(body(path))) as unknown,
      });
    };
    const parts = { db, account: BANK_ACCOUNT, get, ...(most !== undefined && { most }) };
    return readStatement(parts, TODAY, signal);
  };

  test('that gives the same page again is endless, and not read on', async () => {
    await expect(read(() => page(100))).rejects.toMatchObject({ code: 'STATEMENT_ENDLESS' });
    expect(asked).toHaveLength(2);
  });

  test('that has more than a day can have is refused as such, and not read on', async () => {
    const sizes = [100, 100, 51];
    const body = () => page(sizes[asked.length - 1] ?? 0, asked.length * 100);
    expect(await read(body, undefined, 251)).toHaveLength(251);
    await expect(read(body, undefined, 250)).rejects.toMatchObject({ code: 'STATEMENT_TOO_LONG' });
    expect(asked).toHaveLength(3);
  });

  test('is read no more when nobody waits for it', async () => {
    const stop = new AbortController();
    const body = () => {
      if (asked.length === 3) stop.abort(new Error('given up'));
      return page(100, asked.length * 100);
    };
    await expect(read(body, stop.signal)).rejects.toThrow('given up');
    expect(asked).toHaveLength(3);
  });

  test.each([
    ['no amount', { amount: undefined }, ''],
    ['an amount that is a number', { amount: 6.5 }, '650'],
    ['a negative amount', { amount: '-5.00' }, '-5.00'],
    ['a part of a cent', { amount: '1.005' }, '1.005'],
    ['no currency', { currency: undefined }, '6.00'],
    ['a reference that nobody can read', { transactionReference: '\u0000' }, '600'],
    ['parties of another shape', { debitParty: 'tok' }, '600'],
  ])('may have a line with %s: all lines are told', async (_, change, amount) => {
    const entries = await read(() => [...page(2), { ...line, ...change }]);
    expect(entries).toHaveLength(3);
    expect(entries[2]).toMatchObject({ kind: 'authorise', amount });
  });

  test('may have a line of a type that nobody asked for', async () => {
    expect(await read(() => [{ ...line, type: 'constructor' }])).toMatchObject([
      { kind: 'refund' },
    ]);
  });
});

test('a correlation id is a UUID, the same for the same key only', () => {
  expect(correlationId('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  expect(correlationId('a')).toBe(correlationId('a'));
  expect(correlationId('a')).not.toBe(correlationId('b'));
});
