// SPDX-License-Identifier: Apache-2.0
// Whatever a card host answers: nothing is booked that it does not say it did as it was asked to, and every request ends as done, as refused,
// or is asked again under its key.
import { itemAt } from '../../../../../../test/support/defined.js';
import { SEED, seeded } from '../../../../../../test/support/seeded.js';
import { emptyTables, openBankingDatabase } from '../../testing/hosts/banking-database.js';
import { CardHostSimulator } from '../../testing/hosts/card-host-simulator.js';
import type { Fault } from '../../testing/hosts/faults.js';
import {
  BALANCES,
  CARD,
  isLater,
  OPERATIONS,
  untilAnswered,
  type Operation,
} from '../../testing/hosts/operations.js';
import { bookLines } from '../book/totals.js';
import { HostUncertain, type Answer, type StatingBank } from '../core-banking.js';
import { recordedCoreBanking } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { CardHost } from './card-host.js';
import type { Fields } from './codec.js';
import { HostLine } from './host-line.js';

const NOW = Date.UTC(2026, 10, 29, 12);
const TODAY = '2026-11-29';

let db: CoreBankingDatabase;
let host: CardHostSimulator;
let line: HostLine;
let bank: StatingBank;

beforeAll(async () => {
  db = await openBankingDatabase();
  host = await CardHostSimulator.start();
  const clock = () => NOW;
  line = new HostLine({
    ...{ host: '127.0.0.1', port: host.port, bitmap: 'hex', mostBytes: 4096, timeoutMs: 10_000 },
    ...{ backoffMs: { first: 0, most: 0 }, clock, observer: { noted: () => undefined } },
  });
  const acquirer = { institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' };
  const adapter = new CardHost({ db, line, acquirer, clock, repeats: 1 });
  bank = recordedCoreBanking({ db, clock, host: adapter });
});

beforeEach(empty);

afterAll(async () => {
  await line.close();
  await host.stop();
  await db.destroy();
});

async function empty(): Promise<void> {
  await emptyTables(db);
  host.reset();
  for (const [token, balance] of BALANCES) host.accounts.set(token, balance);
}

type Ended = Answer['outcome'] | 'open';

async function endOf(asked: Promise<Answer>): Promise<Ended> {
  try {
    return (await asked).outcome;
  } catch (error) {
    if (isLater(error)) return 'open';
    throw error;
  }
}

const KEYS: Readonly<Record<string, string>> = { authorise: 'a', complete: 'c', payOut: 'p' };
const keyOf = ({ kind }: Operation): string => KEYS[kind] ?? 'r';

/** Only what is done is booked, and what is open can be asked for again. */
async function expectKept(operation: Operation, ended: Ended): Promise<void> {
  const key = keyOf(operation);
  const { state } = await db
    .selectFrom('host_requests')
    .select('state')
    .where('request_key', '=', key)
    .executeTakeFirstOrThrow();
  expect(state === 'done' || state === 'refused' ? state : 'open').toBe(ended);
  const booked = (await bookLines(db, TODAY)).filter((each) => each.key === key);
  expect(booked).toHaveLength(ended === 'done' ? 1 : 0);
}

const field = (units: string): string => units.padStart(12, '0');

/** What each operation asks for, and what a message says of it. */
const ASKED: Readonly<Record<string, string>> = {
  ...{ authorise: '600', complete: '400', release: '250', refund: '100', payOut: '70' },
};

/** What the host says, and whether that is what it was asked for. */
type Saying = readonly [says: Fields, isAsAsked: boolean];

const amountSayings = (kind: string): readonly Saying[] => [
  [{}, true],
  [{ 4: field(ASKED[kind] ?? '') }, true],
  [{ 4: field('600') }, kind === 'authorise' || kind === 'release'],
  [{ 4: field('1') }, false],
  [{ 4: field('0') }, false],
  [{ 4: field('99999') }, false],
];

const CURRENCIES: readonly Saying[] = [
  [{}, true],
  [{ 49: '978' }, true],
  [{ 49: 'EUR' }, true],
  [{ 49: '360' }, false],
];

const restSayings = (kind: string): readonly Saying[] => [
  [{}, true],
  [{ 95: field('350').padEnd(42, '0') }, true],
  [{ 95: field('600').padEnd(42, '0') }, kind !== 'release'],
];

/** What a response code says of a request. */
const CODES: readonly (readonly [Ended, readonly string[]])[] = [
  ['done', ['00', '08', '11', '16']],
  ['refused', ['05', '12', '13', '14', '41', '51', '54', '57', '61', '65', '93']],
  ['open', ['06', '09', '10', '19', '20', '22', '32', '68', '90', '91', '94', '96', '  ']],
];

type Random = (below: number) => number;

const oneOf = <Item>(random: Random, items: readonly Item[]): Item =>
  itemAt(items as ArrayLike<Item & object>, random(items.length));

/** Half of them say nothing odd there, so that most cases are about one oddity. */
const oftenPlain = (random: Random, sayings: readonly Saying[]): Saying =>
  random(2) === 0 ? itemAt(sayings, 0) : oneOf(random, sayings);

interface Case {
  readonly operation: Operation;
  readonly says: Fields;
  readonly code: Ended;
  readonly isAsAsked: boolean;
  /** What the first messages meet, before the host says what it says. */
  readonly faults: readonly Fault[];
}

/** All of them come quickly. */
const FAULTS: readonly Fault[] = [
  ...(['cannot say', 'fails after doing it', 'drops', 'drops after doing it'] as const),
  ...(['answers twice', 'answers garbage', 'answers in pieces', 'stays undecided'] as const),
];

function drawCase(random: Random): Case {
  const operation = oneOf(random, OPERATIONS);
  const { kind } = operation;
  const [code, codes] = random(2) === 0 ? itemAt(CODES, 0) : oneOf(random, CODES);
  const sayings = [amountSayings(kind), CURRENCIES, restSayings(kind)].map((each) =>
    oftenPlain(random, each),
  );
  return {
    operation,
    code,
    says: Object.assign({ 39: oneOf(random, codes) }, ...sayings.map(([says]) => says)) as Fields,
    isAsAsked: sayings.every(([, isIt]) => isIt),
    faults: Array.from({ length: random(3) }, () => oneOf(random, FAULTS)),
  };
}

/** What an authorisation does not say clearly is undone: whatever undoes it says the same, so that it stays open or is refused. */
function allowed({ operation, code, isAsAsked, faults }: Case): readonly Ended[] {
  if (code === 'done' && isAsAsked) return faults.length === 0 ? ['done'] : ['done', 'open'];
  if (code === 'refused') return faults.length === 0 ? ['refused'] : ['refused', 'open'];
  return operation.kind === 'authorise' ? ['open', 'refused'] : ['open'];
}

async function playCase(drawn: Case): Promise<void> {
  const { operation, says, faults } = drawn;
  await operation.before(bank);
  const left = [...faults];
  host.faultFor = () => left.shift();
  host.says = says;
  const ended = await endOf(operation.ask(bank));
  expect(allowed(drawn)).toContain(ended);
  await expectKept(operation, ended);
  host.faultFor = () => undefined;
  host.says = {};
  const { outcome: last } = await untilAnswered(() => operation.ask(bank));
  expect(last).toBe(ended === 'refused' ? 'refused' : 'done');
  await expectKept(operation, last);
}

test('only what a host says it did as it was asked is booked, and nothing stays without an end', async () => {
  const random = seeded();
  for (let number = 0; number < 200; number += 1) {
    const drawn = drawCase(random);
    try {
      await playCase(drawn);
    } catch (error) {
      const what = JSON.stringify({ ...drawn, operation: drawn.operation.kind, heard: host.heard });
      throw new Error(`OFFPAY_SEED=${SEED}, case ${number}: ${what}`, { cause: error });
    }
    await empty();
  }
});

describe('a release', () => {
  const release = (key: string, amount: string) =>
    bank.release({ key, authorisation: 'a', amount });

  beforeEach(() => bank.authorise({ key: 'a', ...CARD, amount: '600' }));

  test.each([
    ['what it was sent', '600'],
    ['what it released', '200'],
  ])('is done when the host names %s, also the second of them', async (_, units) => {
    host.says = { 4: field(units) };
    expect(await release('r1', '200')).toMatchObject({ outcome: 'done' });
    expect(await release('r2', '200')).toMatchObject({ outcome: 'done' });
    expect(host.heard).toEqual(['0100', '0420', '0420']);
    expect(host.totals.reserved).toBe(200n);
  });

  test.each<[string, Fields]>([
    ['less than it was asked to release', { 4: field('199') }],
    ['more', { 4: field('201') }],
    ['what stays', { 4: field('400') }],
    ['another rest', { 95: field('401').padEnd(42, '0') }],
  ])('is not done while the host names %s', async (_, says) => {
    host.says = says;
    await expect(release('r', '200')).rejects.toThrow(HostUncertain);
    host.says = {};
    expect(await release('r', '200')).toMatchObject({ outcome: 'done' });
  });

  test('is not refused by a host that did a part of it', async () => {
    host.says = { 39: '32' };
    await expect(release('r', '200')).rejects.toThrow(HostUncertain);
    expect(await bookLines(db, TODAY)).toHaveLength(1);
  });
});
