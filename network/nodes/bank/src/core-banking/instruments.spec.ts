// SPDX-License-Identifier: Apache-2.0
// Each instrument's money is where the configuration says, and later where it was asked for first.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathIn } from '@fabric-offline-pay/node-common/node';
import { allEntries } from '../testing/hosts/all-entries.js';
import { emptyTables, openBankingDatabase } from '../testing/hosts/banking-database.js';
import { CardHostSimulator } from '../testing/hosts/card-host-simulator.js';
import {
  API_KEY,
  BANK_ACCOUNT,
  MobileHostSimulator,
} from '../testing/hosts/mobile-host-simulator.js';
import { openAccount } from './book/open-account.js';
import { bookLines, type BookLine } from './book/totals.js';
import { coreBankingSchema, withoutStatements } from './configuration.js';
import { HostUnavailable, type HostEntry } from './core-banking.js';
import { openInstruments, type InstrumentKind, type Instruments } from './instruments.js';
import type { CoreBankingDatabase } from './tables.js';

const NOW = Date.UTC(2026, 10, 29, 12);
const TODAY = '2026-11-29';
const KINDS = new Map<string, InstrumentKind>([
  ['tok-card', 'card'],
  ['tok-mobile', 'mobile'],
]);

let db: CoreBankingDatabase;
let cards: CardHostSimulator;
let mobiles: MobileHostSimulator;
let folder: string;
const opened: Instruments[] = [];

beforeAll(async () => {
  db = await openBankingDatabase();
  [cards, mobiles] = await Promise.all([CardHostSimulator.start(), MobileHostSimulator.start()]);
  folder = mkdtempSync(join(tmpdir(), 'instruments-'));
  writeFileSync(join(folder, 'mobile.key'), `${API_KEY}\n`, { mode: 0o600 });
});

beforeEach(async () => {
  cards.reset();
  mobiles.reset();
  cards.accounts.set('tok-card', 1000n);
  mobiles.accounts.set('tok-mobile', 1000n);
  await emptyTables(db);
  for (const token of ['tok-card', 'tok-mobile', 'acc-payee'])
    await openAccount(db, { token, currency: 'EUR', balance: '1000' }, NOW);
});

afterEach(() => Promise.all(opened.splice(0).map((instruments) => instruments.close())));

afterAll(async () => {
  await Promise.all([cards.stop(), mobiles.stop()]);
  await db.destroy();
  rmSync(folder, { recursive: true });
});

const atHosts = () => ({
  card: {
    adapter: 'iso8583',
    host: '127.0.0.1',
    port: cards.port,
    bitmap: 'hex',
    institution: '40012',
    terminal: 'BANK0001',
    acceptor: 'OFFPAY-BANK',
    statementFolder: '.',
  },
  mobile: {
    adapter: 'mobile-money',
    url: `${mobiles.url}/`,
    account: BANK_ACCOUNT,
    apiKeyFile: 'mobile.key',
  },
});

function open(config?: unknown): Instruments {
  const instruments = openInstruments({
    db,
    config: coreBankingSchema(pathIn(folder)).parse(config),
    clock: () => NOW,
    kindOf: (token) => Promise.resolve(KINDS.get(token)),
    observer: { noted: () => undefined },
  });
  opened.push(instruments);
  return instruments;
}

const authorise = (bank: Instruments, key: string, token: string) =>
  bank.authorise({ key, token, currency: 'EUR', amount: '600' });

const balanceOf = async (token: string) =>
  (
    await db
      .selectFrom('book_accounts')
      .select('balance')
      .where('owner', '=', token)
      .executeTakeFirst()
  )?.balance;

/** Accounts that were opened here have no host, and mobile money was taken before it is complete. */
const isAtHost = ({ adapter, kind }: BookLine): boolean =>
  kind !== 'open' && !(adapter === 'mobile-money' && kind === 'complete');

const sorted = (rows: readonly HostEntry[]): string[] =>
  rows
    .map(({ reference, kind, token, currency, amount }) =>
      [reference, kind, token, currency, amount].join(' '),
    )
    .sort();

async function expectSameAtHosts(bank: Instruments): Promise<void> {
  const lines = (await bookLines(db, TODAY)).filter(isAtHost) as readonly (BookLine & HostEntry)[];
  expect(sorted(await allEntries(bank.hosts, TODAY))).toEqual(sorted(lines));
}

test('without a configuration all money is in the book', async () => {
  const bank = open();
  await authorise(bank, 'c', 'tok-card');
  await authorise(bank, 'm', 'tok-mobile');
  await bank.payOut({ key: 'p', account: 'acc-payee', currency: 'EUR', amount: '5' });
  await bank.echo();
  expect(await Promise.all(['tok-card', 'tok-mobile', 'acc-payee'].map(balanceOf))).toEqual([
    ...['400', '400', '1005'],
  ]);
  await expectSameAtHosts(bank);
});

test('cards and mobile accounts are asked for at their hosts, and book and hosts agree', async () => {
  const bank = open(atHosts());
  await authorise(bank, 'c', 'tok-card');
  await authorise(bank, 'm', 'tok-mobile');
  await bank.complete({ key: 'cc', authorisation: 'c', amount: '600' });
  await bank.complete({ key: 'mc', authorisation: 'm', amount: '400' });
  await bank.release({ key: 'mr', authorisation: 'm', amount: '200' });
  await bank.payOut({ key: 'p', account: 'acc-payee', currency: 'EUR', amount: '5' });
  await bank.echo();
  expect(cards.accounts.get('tok-card')).toBe(400n);
  expect(mobiles.accounts.get('tok-mobile')).toBe(600n);
  expect(await balanceOf('acc-payee')).toBe('1005');
  cards.writeStatement(folder, TODAY);
  await expectSameAtHosts(bank);
});

test('payees may be at a host, too', async () => {
  mobiles.accounts.set('acc-payee', 0n);
  const bank = open({ ...atHosts(), payees: 'mobile' });
  await bank.payOut({ key: 'p', account: 'acc-payee', currency: 'EUR', amount: '5' });
  expect(mobiles.accounts.get('acc-payee')).toBe(5n);
});

test('a token that nobody linked is refused', async () => {
  expect(await authorise(open(), 'x', 'tok-none')).toEqual({
    outcome: 'refused',
    reason: 'INSTRUMENT_UNKNOWN',
  });
});

test('whoever was asked first is asked later, also after a change of the configuration', async () => {
  await authorise(open(atHosts()), 'c', 'tok-card');
  await authorise(open(), 'b', 'tok-card');
  const moved = open(atHosts());
  await moved.complete({ key: 'bc', authorisation: 'b', amount: '1' });
  await moved.complete({ key: 'cc', authorisation: 'c', amount: '2' });
  expect(cards.totals.taken).toBe(2n);
  expect(await authorise(moved, 'b', 'tok-card')).toMatchObject({ reference: 'b' });
  const request = { key: 'cd', authorisation: 'c', amount: '1' };
  await expect(open().complete(request)).rejects.toThrow('iso8583, which is not configured');
  await expect(open().complete(request)).rejects.toThrow(HostUnavailable);
  expect(await open().release({ ...request, authorisation: 'none' })).toMatchObject({
    reason: 'AUTHORISATION_UNKNOWN',
  });
});

test.each([
  ['a host without encryption', { mobile: { ...atSomeHost(), url: 'http://mobile.example' } }],
  ['a file instead of a host', { mobile: { ...atSomeHost(), url: 'file:///etc/passwd' } }],
  ['an adapter that does not exist', { card: { adapter: 'carrier-pigeon' } }],
  ['a secret in the configuration itself', { mobile: { ...atSomeHost(), apiKey: 'secret' } }],
  ['a port that is none', { card: { ...atSomeCardHost(), port: 70_000 } }],
])('%s is not configured', (_what, config) => {
  expect(coreBankingSchema(pathIn(folder)).safeParse(config).success).toBe(false);
});

function atSomeHost() {
  return {
    adapter: 'mobile-money',
    url: 'https://mobile.example',
    account: BANK_ACCOUNT,
    apiKeyFile: 'mobile.key',
  };
}

function atSomeCardHost() {
  return {
    adapter: 'iso8583',
    host: 'cards.example',
    port: 1,
    institution: '1',
    terminal: 'T',
    acceptor: 'A',
  };
}

test('the two that the last test breaks are right otherwise', () => {
  const config = { mobile: atSomeHost(), card: { ...atSomeCardHost(), tls: { ca: 'ca.pem' } } };
  const parsed = coreBankingSchema(pathIn('/etc/bank')).parse(config);
  expect(parsed).toMatchObject({
    card: { tls: { ca: '/etc/bank/ca.pem' }, bitmap: 'binary', timeoutMs: 10_000 },
    mobile: { apiKeyFile: '/etc/bank/mobile.key', url: 'https://mobile.example' },
    payees: 'embedded',
  });
});

test('a card host that is set up without a folder gives no statements', () => {
  const given = (config: unknown) =>
    withoutStatements(coreBankingSchema(pathIn(folder)).parse(config));
  const [card, mobile] = [atSomeCardHost(), atSomeHost()];
  expect(given({ card, mobile })).toEqual(['iso8583']);
  expect(given({ card: { ...card, statementFolder: '.' }, mobile })).toEqual([]);
  expect(given({ mobile })).toEqual([]);
});
