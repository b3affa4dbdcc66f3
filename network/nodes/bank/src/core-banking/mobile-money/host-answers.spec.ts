// SPDX-License-Identifier: Apache-2.0
// Whatever a mobile-money host answers, in whatever order and however often: nothing is booked that it does not say it moved as it was asked
// to, and every request ends as done, as refused, or is asked again under its key.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { itemAt } from '../../../../../../test/support/defined.js';
import { SEED, seeded } from '../../../../../../test/support/seeded.js';
import { emptyTables, openBankingDatabase } from '../../testing/hosts/banking-database.js';
import type { Fault } from '../../testing/hosts/faults.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../../testing/hosts/mobile-host-simulator.js';
import { BALANCES, OPERATIONS, type Operation } from '../../testing/hosts/operations.js';
import { bookLines } from '../book/totals.js';
import { HostUncertain, type Answer, type StatingBank } from '../core-banking.js';
import { recordedCoreBanking } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { MobileHost } from './mobile-host.js';
import { correlationId } from './wire.js';

const TODAY = '2026-11-29';
const NOW = Date.UTC(2026, 10, 29, 12);

let db: CoreBankingDatabase;
let host: MobileHostSimulator;
/** Where nobody listens. */
let nowhere: string;
/** Asked before each request to the host. */
let urlNow: () => string;

beforeAll(async () => {
  db = await openBankingDatabase();
  host = await MobileHostSimulator.start();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  nowhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await once(server.close(), 'close');
});

beforeEach(empty);

afterAll(async () => {
  await host.stop();
  await db.destroy();
});

async function empty(): Promise<void> {
  urlNow = () => host.url;
  await emptyTables(db);
  host.reset();
  for (const [token, balance] of BALANCES) host.accounts.set(token, balance);
}

function openBank(): StatingBank {
  const clock = () => NOW;
  const http = {
    get url() {
      return urlNow();
    },
    credentials: { 'x-api-key': API_KEY },
    timeoutMs: 10_000,
  };
  const poll = { everyMs: 1, times: 3 };
  const adapter = new MobileHost({ db, http, account: BANK_ACCOUNT, clock, poll });
  return recordedCoreBanking({ db, clock, host: adapter });
}

type Ended = Answer['outcome'] | 'uncertain';

/** @throws anything else than that nobody knows: after a post that arrived, nothing else is true. */
async function endOf(asked: Promise<Answer>): Promise<Ended> {
  try {
    return (await asked).outcome;
  } catch (error) {
    if (error instanceof HostUncertain) return 'uncertain';
    throw error;
  }
}

const requestNow = () => db.selectFrom('host_requests').selectAll().orderBy('asked_at').execute();

const KEYS: Readonly<Record<string, string>> = { authorise: 'a', payOut: 'p' };
const keyOf = ({ kind }: Operation): string => KEYS[kind] ?? 'r';

/** Only what is done is booked, and what nobody knows can be asked for again. */
async function expectKept(operation: Operation, ended: Ended): Promise<void> {
  const key = keyOf(operation);
  const row = (await requestNow()).find(({ request_key }) => request_key === key);
  expect(row?.state).toBe(ended === 'uncertain' ? 'sent' : ended);
  const booked = (await bookLines(db, TODAY)).filter((line) => line.key === key);
  expect(booked).toHaveLength(ended === 'done' ? 1 : 0);
}

/** A completion asks the host for nothing. */
const ASKED = OPERATIONS.filter(({ kind }) => kind !== 'complete');

const AMOUNTS: Readonly<Record<string, string>> = {
  ...{ authorise: '6.00', release: '2.50', refund: '1.00', payOut: '0.70' },
};
const OTHER_WAY: Readonly<Record<string, string>> = {
  ...{ authorise: 'reversal', release: 'merchantpay', refund: 'disbursement', payOut: 'reversal' },
};

/** What the host says of what it moved, and whether that is what it was asked for. */
type Saying = readonly [says: Readonly<Record<string, unknown>>, isAsAsked: boolean];

const amountSayings = (kind: string): readonly Saying[] => [
  [{}, true],
  [{ amount: AMOUNTS[kind] }, true],
  [{ amount: Number(AMOUNTS[kind]) }, true],
  [{ amount: undefined }, true],
  [{ amount: null }, true],
  [{ amount: '0.01' }, false],
  [{ amount: '999.00' }, false],
  [{ amount: `-${AMOUNTS[kind]}` }, false],
  [{ amount: '-' }, false],
  [{ amount: { amount: '0.01' } }, false],
];

const CURRENCIES: readonly Saying[] = [
  [{}, true],
  [{ currency: 'EUR' }, true],
  [{ currency: undefined }, true],
  [{ currency: 'IDR' }, false],
  [{ currency: ['IDR'] }, false],
];

const typeSayings = (kind: string): readonly Saying[] => [
  [{}, true],
  [{ type: 'a name of its own' }, true],
  [{ type: OTHER_WAY[kind] }, false],
];

const STATUSES: readonly (readonly [status: string, ended: Ended])[] = [
  ['completed', 'done'],
  ['Completed', 'done'],
  ['failed', 'refused'],
  ['declined', 'refused'],
  ['pending', 'uncertain'],
  ['reversed', 'uncertain'],
  ['constructor', 'uncertain'],
];

/** How the bank hears of it: in the answer, after the host took it up, or under its id, because the answer got lost. */
const WAYS = ['at once', 'later', 'looked up'] as const;
type Way = (typeof WAYS)[number];

const HIDING = [undefined, undefined, undefined, 404, 405, 501] as const;

/** What looks meet. All of them come quickly. */
const LOOK_FAULTS: readonly Fault[] = [
  ...(['cannot say', 'fails after doing it', 'is at its limit'] as const),
  ...(['drops', 'resets', 'answers garbage', 'answers in pieces', 'stays undecided'] as const),
];

interface Case {
  readonly operation: Operation;
  readonly way: Way;
  readonly hides: number | undefined;
  readonly says: Readonly<Record<string, unknown>>;
  /** What is true of the transaction, whoever shows it. */
  readonly shown: Ended;
  /** Of the looks of each call, in their order; then the host is well. */
  readonly faults: readonly (readonly (Fault | undefined)[])[];
}

type Random = (below: number) => number;

const oneOf = <Item>(random: Random, items: readonly Item[]): Item =>
  items[random(items.length)] as Item;

/** Half of them say nothing odd there, so that most cases are about one oddity. */
const oftenPlain = (random: Random, sayings: readonly Saying[]): Saying =>
  random(2) === 0 ? itemAt(sayings, 0) : oneOf(random, sayings);

function drawCase(random: Random): Case {
  const operation = oneOf(random, ASKED);
  const [status, ended] = random(2) === 0 ? itemAt(STATUSES, 0) : oneOf(random, STATUSES);
  const sayings = [
    oftenPlain(random, amountSayings(operation.kind)),
    oftenPlain(random, CURRENCIES),
    oftenPlain(random, typeSayings(operation.kind)),
  ];
  const isAsAsked = sayings.every(([, isIt]) => isIt);
  const fault = () => (random(3) === 0 ? oneOf(random, LOOK_FAULTS) : undefined);
  return {
    operation,
    way: oneOf(random, WAYS),
    hides: oneOf(random, HIDING),
    says: Object.assign({ transactionStatus: status }, ...sayings.map(([says]) => says)) as object,
    shown: ended === 'done' && !isAsAsked ? 'uncertain' : ended,
    faults: Array.from({ length: random(3) }, () => Array.from({ length: 5 }, fault)),
  } as Case;
}

/** A host that hides transactions says only by the state of a request that it did as it was asked. */
function endWhenWell({ way, hides, shown }: Case, isRepeated: boolean): Ended {
  if (hides === undefined || (way === 'at once' && !isRepeated)) return shown;
  return way === 'later' && !isRepeated ? 'done' : 'uncertain';
}

async function playCase(drawn: Case): Promise<void> {
  const { operation, way, faults } = drawn;
  const bank = openBank();
  await operation.before(bank);
  Object.assign(host, { says: drawn.says, hides: drawn.hides, isAsynchronous: way === 'later' });
  const isFirstLost = way === 'looked up';
  let ended: Ended = 'uncertain';
  for (const [call, looks] of [...(isFirstLost ? [[]] : []), ...faults, []].entries()) {
    const left = [...looks];
    const isLost = isFirstLost && call === 0;
    host.faultFor = () => (isLost ? 'drops after doing it' : undefined);
    host.faultForLook = () => left.shift();
    ended = await endOf(operation.ask(openBank()));
    const expected = isLost ? 'uncertain' : endWhenWell(drawn, call > 0);
    if (looks.length === 0 || ended !== 'uncertain') expect(ended).toBe(expected);
    await expectKept(operation, ended);
    if (ended !== 'uncertain') break;
  }
  Object.assign(host, { says: {}, hides: undefined });
  const last = await endOf(operation.ask(bank));
  expect(last).toBe(ended === 'refused' ? 'refused' : 'done');
  await expectKept(operation, last);
}

test('what a host says of what it moved is judged alike, however it comes to be heard', async () => {
  const random = seeded();
  for (let number = 0; number < 100; number += 1) {
    const drawn = drawCase(random);
    try {
      await playCase(drawn);
    } catch (error) {
      const { kind } = drawn.operation;
      const what = JSON.stringify({ ...drawn, operation: kind, heard: host.heard });
      throw new Error(`OFFPAY_SEED=${SEED}, case ${number}: ${what}`, { cause: error });
    }
    await empty();
  }
});

const authorise = () => itemAt(OPERATIONS, 0).ask(openBank());

describe('a host that took the request up, moved less, and', () => {
  beforeEach(() => {
    Object.assign(host, { isAsynchronous: true, says: { amount: '1.00' } });
  });

  test.each<Fault>(['cannot say', 'fails after doing it', 'is at its limit', 'drops'])(
    '%s when it is asked for the transaction: nothing is booked, then or later',
    async (fault) => {
      host.faultForLook = (path) => (path.startsWith('/transactions/') ? fault : undefined);
      for (let times = 0; times < 2; times += 1)
        await expect(authorise()).rejects.toThrow(HostUncertain);
      host.faultForLook = () => undefined;
      await expect(authorise()).rejects.toThrow(HostUncertain);
      expect(await bookLines(db, TODAY)).toEqual([]);
    },
  );

  test.each([404, 405, 501])(
    'does not show transactions (%s) did what it says it did',
    async (hides) => {
      host.hides = hides;
      expect(await authorise()).toEqual({ outcome: 'done', reference: 'MM-1' });
    },
  );
});

test.each([1, 2, 3])(
  'a host that takes the request up and is away after %s messages may have done it',
  async (messages) => {
    host.isAsynchronous = true;
    urlNow = () => (host.heard.length < messages ? host.url : nowhere);
    await expect(authorise()).rejects.toThrow(HostUncertain);
    expect(await requestNow()).toMatchObject([{ state: 'sent' }]);
    urlNow = () => host.url;
    expect(await authorise()).toMatchObject({ outcome: 'done' });
    expect(host.heard.filter((each) => each.startsWith('POST'))).toHaveLength(1);
  },
);

/** The host of a script: what it answers to each request, in their order; then 404. */
async function withScript(
  script: readonly (readonly [path: RegExp, status: number, body: object])[],
  work: () => Promise<void>,
): Promise<readonly string[]> {
  const heard: string[] = [];
  const left = [...script];
  const fetching = jest.spyOn(globalThis, 'fetch').mockImplementation((url) => {
    const path = new URL(url).pathname;
    heard.push(path);
    const next = left[0]?.[0].test(path) === true ? left.shift() : undefined;
    const [, status = 404, body = {}] = next ?? [];
    return Promise.resolve(Response.json(body, { status }));
  });
  try {
    await work();
  } finally {
    fetching.mockRestore();
  }
  return heard;
}

const ERROR = { errorCategory: 'businessRule', errorCode: 'insufficientFunds' };
const ID = '8096c7b0-8778-4440-883c-9e9cda64f9cf';
const state = (status: string, more = {}) => ({ serverCorrelationId: ID, status, ...more });
const DUPLICATE = { ...ERROR, errorCode: 'duplicateRequest' };
const MADE = {
  ...{ transactionReference: 'MM-9', transactionStatus: 'completed', type: 'merchantpay' },
  ...{ amount: '6.00', currency: 'EUR' },
};

test.each([401, 408, 425, 429, 500, 503])(
  'status %s is no refusal, whatever error comes with it',
  async (status) => {
    await withScript([[/^\/transactions/, status, ERROR]], () =>
      expect(authorise()).rejects.toThrow(HostUncertain),
    );
  },
);

test('a word that a host uses as it likes is only what it is', async () => {
  const odd = { ...ERROR, errorCode: 'constructor' };
  await withScript([[/^\/transactions/, 400, odd]], async () =>
    expect(await authorise()).toEqual({ outcome: 'refused', reason: 'REFUSED_BY_HOST' }),
  );
  await empty();
  const made = { ...MADE, transactionStatus: 'constructor' };
  await withScript([[/^\/transactions/, 201, made]], () =>
    expect(authorise()).rejects.toThrow(HostUncertain),
  );
});

test('an error that comes with the state of a request is not that state', async () => {
  await withScript(
    [
      [/^\/transactions/, 202, state('pending')],
      [/^\/requeststates/, 500, state('failed', { error: ERROR })],
    ],
    () => expect(authorise()).rejects.toThrow(HostUncertain),
  );
  expect(await requestNow()).toMatchObject([{ state: 'sent' }]);
});

test('a host that shows another transaction than the one it named says nothing of it', async () => {
  await withScript(
    [
      [/^\/transactions/, 202, state('completed', { objectReference: 'MM-8' })],
      [/^\/transactions\/MM-8/, 200, MADE],
    ],
    () => expect(authorise()).rejects.toThrow(HostUncertain),
  );
  expect(await bookLines(db, TODAY)).toEqual([]);
});

test('a host that fails a request by and by as a duplicate is asked what became of it', async () => {
  const link = `/responses/${correlationId('a')}`;
  const heard = await withScript(
    [
      [/^\/transactions/, 202, state('failed', { error: DUPLICATE })],
      [/^\/responses/, 200, { link: '/transactions/MM-9' }],
      [/^\/transactions\/MM-9/, 200, MADE],
    ],
    async () => expect(await authorise()).toEqual({ outcome: 'done', reference: 'MM-9' }),
  );
  expect(heard).toEqual(['/transactions/type/merchantpay', link, '/transactions/MM-9']);
});

test('a host that only ever says that it is a duplicate is asked again later', async () => {
  const failed = state('failed', { error: DUPLICATE });
  const heard = await withScript(
    [
      [/^\/transactions/, 202, failed],
      [/^\/responses/, 200, { link: `/requeststates/${ID}` }],
      [/^\/requeststates/, 200, failed],
    ],
    () => expect(authorise()).rejects.toThrow(HostUncertain),
  );
  expect(heard).toHaveLength(3);
  expect(await requestNow()).toMatchObject([{ state: 'sent' }]);
});
