// SPDX-License-Identifier: Apache-2.0
// The bank's own book: what is reserved, taken, given back and paid out adds up, and happens once.
import * as fc from 'fast-check';
import { emptyTables, openBankingDatabase } from '../../testing/hosts/banking-database.js';
import { blockAccount, openAccount } from '../book/open-account.js';
import { postEntry } from '../book/post-entry.js';
import { bookLines, bookTotals } from '../book/totals.js';
import type { Answer, StatingBank } from '../core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { embeddedCoreBanking } from './embedded-core-banking.js';

const NOON = Date.UTC(2026, 10, 29, 12);
const TODAY = '2026-11-29';
const CARD = { token: 'tok-card', currency: 'EUR' };
const PAYEE = { account: 'acc-payee', currency: 'EUR' };

let db: CoreBankingDatabase;
let bank: StatingBank;
let now: number;

beforeAll(async () => {
  db = await openBankingDatabase();
  bank = embeddedCoreBanking({ db, clock: () => now });
});

beforeEach(async () => {
  now = NOON;
  await emptyTables(db);
  await openBoth();
});

afterAll(() => db.destroy());

async function openBoth(): Promise<void> {
  await openAccount(db, { ...CARD, balance: '1000' }, now);
  await openAccount(db, { token: PAYEE.account, currency: 'EUR', balance: '0' }, now);
}

async function balances(): Promise<Record<string, string>> {
  const rows = await db.selectFrom('book_accounts').select(['account_id', 'balance']).execute();
  return Object.fromEntries(rows.map((row) => [row.account_id, row.balance]));
}

const authorise = (key: string, amount: string) => bank.authorise({ key, ...CARD, amount });
const done = (reference: string): Answer => ({ outcome: 'done', reference });
const refusedFor = (reason: string) => ({ outcome: 'refused', reason });

test('money goes from the card to the reserve, to the settlement, and back', async () => {
  expect(await authorise('a', '600')).toEqual(done('a'));
  expect(await bank.complete({ key: 'c', authorisation: 'a', amount: '400' })).toEqual(done('c'));
  expect(await bank.release({ key: 'r', authorisation: 'a', amount: '200' })).toEqual(done('r'));
  expect(await bank.refund({ key: 'f', authorisation: 'a', amount: '100' })).toEqual(done('f'));
  expect(await bank.payOut({ key: 'p', ...PAYEE, amount: '250' })).toEqual(done('p'));
  expect(await balances()).toEqual({
    'account/tok-card/EUR': '700',
    'account/acc-payee/EUR': '250',
    'reserved/embedded/EUR': '0',
    'settlement/embedded/EUR': '300',
    'payouts/embedded/EUR': '-250',
    'opening/embedded/EUR': '-1000',
  });
  expect((await bank.statement(TODAY)).map(({ kind, amount }) => [kind, amount])).toEqual([
    ['authorise', '600'],
    ['complete', '400'],
    ['refund', '100'],
    ['payOut', '250'],
    ['release', '200'],
  ]);
});

test.each([
  ['more than the account holds', () => authorise('x', '1001'), 'INSUFFICIENT_FUNDS'],
  [
    'another currency',
    () => bank.authorise({ key: 'x', token: CARD.token, currency: 'CNY', amount: '1' }),
    'INSTRUMENT_UNKNOWN',
  ],
  [
    'a payee without an account',
    () => bank.payOut({ key: 'x', account: 'acc-none', currency: 'EUR', amount: '1' }),
    'INSTRUMENT_UNKNOWN',
  ],
  [
    'more than is reserved',
    () => bank.complete({ key: 'x', authorisation: 'a', amount: '301' }),
    'AMOUNT_EXCEEDED',
  ],
  [
    'to release more than is reserved',
    () => bank.release({ key: 'x', authorisation: 'a', amount: '301' }),
    'AMOUNT_EXCEEDED',
  ],
  [
    'to refund what is only reserved',
    () => bank.refund({ key: 'x', authorisation: 'a', amount: '1' }),
    'AMOUNT_EXCEEDED',
  ],
  [
    'an authorisation that was refused',
    () => bank.complete({ key: 'x', authorisation: 'refused', amount: '1' }),
    'AUTHORISATION_UNKNOWN',
  ],
  [
    'an authorisation that nobody made',
    () => bank.complete({ key: 'x', authorisation: 'none', amount: '1' }),
    'AUTHORISATION_UNKNOWN',
  ],
  ['a key with other content', () => authorise('a', '301'), 'KEY_REUSED'],
])('%s is refused, again and again, and moves nothing', async (_what, ask, reason) => {
  await authorise('a', '300');
  await authorise('refused', '9000');
  const before = await balances();
  expect(await ask()).toEqual(refusedFor(reason));
  expect(await ask()).toEqual(refusedFor(reason));
  expect(await balances()).toMatchObject(before);
});

test('what is refunded is never released, however much is still reserved', async () => {
  await authorise('a', '600');
  await bank.complete({ key: 'c', authorisation: 'a', amount: '200' });
  expect(await bank.refund({ key: 'f', authorisation: 'a', amount: '100' })).toEqual(done('f'));
  expect(await bank.release({ key: 'r', authorisation: 'a', amount: '400' })).toEqual(done('r'));
  expect(await balances()).toMatchObject({
    ...{ 'account/tok-card/EUR': '900', 'reserved/embedded/EUR': '0' },
    'settlement/embedded/EUR': '100',
  });
});

test('a refusal stays when the account could pay meanwhile; a new key is asked anew', async () => {
  await blockAccount(db, CARD, true);
  expect(await authorise('a', '1')).toEqual(refusedFor('INSTRUMENT_BLOCKED'));
  await blockAccount(db, CARD, false);
  expect(await authorise('a', '1')).toEqual(refusedFor('INSTRUMENT_BLOCKED'));
  expect(await authorise('b', '1')).toEqual(done('b'));
});

test('the same request at the same time, and an account opened again, have one effect', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => authorise('a', '600')));
  expect(answers).toEqual([done('a'), done('a'), done('a')]);
  await openAccount(db, { ...CARD, balance: '1000' }, now);
  expect(await balances()).toMatchObject({ 'account/tok-card/EUR': '400' });
});

test.each([
  ['an empty key', { key: '', amount: '1' }],
  ['a key with a blank', { key: 'a b', amount: '1' }],
  ['nothing', { key: 'a', amount: '0' }],
  ['a fraction', { key: 'a', amount: '1.5' }],
])('%s is no request', async (_what, content) => {
  await expect(bank.authorise({ ...CARD, ...content })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

describe('the database itself', () => {
  const entry = { entry_key: 'e', kind: 'authorise', adapter: 'embedded', token: 't' } as const;
  const write = (lines: readonly (readonly [string, string])[]) =>
    db.transaction().execute(async (transaction) => {
      const rest = { currency: 'EUR', reference: 'e', day: TODAY, booked_at: NOON };
      await transaction
        .insertInto('book_entries')
        .values({ ...entry, ...rest })
        .execute();
      for (const [index, [account_id, amount]] of lines.entries())
        await transaction
          .insertInto('book_postings')
          .values({ entry_key: 'e', line: index + 1, account_id, amount })
          .execute();
    });
  const [card, payee] = ['account/tok-card/EUR', 'account/acc-payee/EUR'] as const;

  test.each([
    ['no lines', []],
    ['one line', [[payee, '1']]],
    [
      'lines that do not add to 0',
      [
        [card, '-2'],
        [payee, '1'],
      ],
    ],
    [
      'lines of two currencies',
      [
        [card, '-1'],
        ['account/tok-card/CNY', '1'],
      ],
    ],
  ] as const)('refuses an entry with %s', async (_what, lines) => {
    await openAccount(db, { token: 'tok-card', currency: 'CNY', balance: '0' }, now);
    await expect(write(lines)).rejects.toThrow('they add to 0');
    expect(await bookLines(db, TODAY)).toHaveLength(1);
  });

  test('refuses a line that is added later, changed or deleted', async () => {
    await write([
      [card, '-1'],
      [payee, '1'],
    ]);
    const late = { entry_key: 'e', line: 3, account_id: payee, amount: '1' };
    await expect(db.insertInto('book_postings').values(late).execute()).rejects.toThrow('add to 0');
    await expect(db.deleteFrom('book_postings').execute()).rejects.toThrow('only written');
    await expect(db.updateTable('book_entries').set({ day: 'x' }).execute()).rejects.toThrow(
      'only written',
    );
    expect(await balances()).toMatchObject({ [card]: '999', [payee]: '1' });
  });

  test('refuses what would take an account below zero', async () => {
    await expect(
      write([
        [card, '-1001'],
        [payee, '1001'],
      ]),
    ).rejects.toThrow('covered');
  });

  test('takes an entry once', async () => {
    const again = () =>
      db.transaction().execute((transaction) =>
        postEntry(transaction, {
          key: 'once',
          kind: 'payOut',
          adapter: 'embedded',
          token: 'x',
          currency: 'EUR',
          reference: 'once',
          at: NOON,
          amount: '5',
          from: { purpose: 'account', owner: 'tok-card', currency: 'EUR' },
          to: { purpose: 'account', owner: 'acc-payee', currency: 'EUR' },
        }),
      );
    expect([await again(), await again()]).toEqual([true, false]);
    expect(await balances()).toMatchObject({ [card]: '995', [payee]: '5' });
  });
});

test('totals are of a day, or of all days', async () => {
  await authorise('a', '600');
  await bank.complete({ key: 'c1', authorisation: 'a', amount: '100' });
  now += 24 * 3_600_000;
  await bank.complete({ key: 'c2', authorisation: 'a', amount: '50' });
  const of = { adapter: 'embedded', currency: 'EUR' };
  expect(await bookTotals(db)).toEqual([
    { ...of, kind: 'authorise', count: 1, sum: '600' },
    { ...of, kind: 'complete', count: 2, sum: '150' },
    { ...of, kind: 'open', count: 1, sum: '1000' },
  ]);
  expect(await bookTotals(db, '2026-11-30')).toEqual([
    { ...of, kind: 'complete', count: 1, sum: '50' },
  ]);
});

const LATER = ['complete', 'release', 'refund'] as const;

type Kind = 'authorise' | 'payOut' | (typeof LATER)[number];

/** What a model that knows only sums expects of an authorisation. */
interface Model {
  reserved: number;
  taken: number;
}

test('whatever is asked in whatever order, no money appears or vanishes', async () => {
  const step = fc.record({
    kind: fc.constantFrom('authorise', 'payOut', ...LATER),
    key: fc.integer({ min: 1, max: 12 }).map(String),
    authorisation: fc.integer({ min: 1, max: 3 }).map(String),
    amount: fc.integer({ min: 1, max: 500 }),
  });
  const ask = (kind: Kind, key: string, authorisation: string, amount: string) => {
    if (kind === 'authorise') return authorise(authorisation, amount);
    if (kind === 'payOut') return bank.payOut({ key: `p${key}`, ...PAYEE, amount });
    const later = { key: `${kind}${key}`, authorisation, amount };
    return bank[kind](later);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await emptyTables(db);
      await openBoth();
      const answered = new Map<string, Answer>();
      const model = new Map<string, Model>();
      for (const { kind, key, authorisation, amount } of steps) {
        const name = [kind, kind === 'authorise' ? authorisation : key, authorisation, amount];
        const answer = await ask(kind, key, authorisation, amount.toString());
        expect(answer).toEqual(answered.get(name.join()) ?? answer);
        const isNew = !answered.has(name.join());
        if (!('reason' in answer && answer.reason === 'AUTHORISATION_UNKNOWN'))
          answered.set(name.join(), answer);
        if (answer.outcome === 'done' && isNew) follow(model, { kind, authorisation, amount });
      }
      const now = await balances();
      const sum = Object.values(now).reduce((total, balance) => total + BigInt(balance), 0n);
      expect(sum).toBe(0n);
      const totals = [...model.values()];
      const of = (part: keyof Model) => totals.reduce((total, each) => total + each[part], 0);
      expect(now['reserved/embedded/EUR'] ?? '0').toBe(of('reserved').toString());
      expect(now['settlement/embedded/EUR'] ?? '0').toBe(of('taken').toString());
      expect(now['account/tok-card/EUR']).toBe((1000 - of('reserved') - of('taken')).toString());
    }),
    { numRuns: 15 },
  );
});

function follow(
  model: Map<string, Model>,
  step: { readonly kind: Kind; readonly authorisation: string; readonly amount: number },
): void {
  const { kind, authorisation, amount } = step;
  const before = model.get(authorisation) ?? { reserved: 0, taken: 0 };
  if (kind === 'authorise') before.reserved += amount;
  if (kind === 'complete')
    [before.reserved, before.taken] = [before.reserved - amount, before.taken + amount];
  if (kind === 'release') before.reserved -= amount;
  if (kind === 'refund') before.taken -= amount;
  expect(Math.min(before.reserved, before.taken)).toBeGreaterThanOrEqual(0);
  model.set(authorisation, before);
}
