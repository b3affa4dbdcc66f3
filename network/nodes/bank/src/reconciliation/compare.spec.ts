// SPDX-License-Identifier: Apache-2.0
// What lies on two days or waits for an answer is under way; what one side lacks for good is named once.
import type { HostEntry } from '../core-banking/core-banking.js';
import { compareHost, matchHost, type HostLine } from './compare-host.js';
import {
  aheadOf,
  compareLedger,
  SUPPLY_OF,
  type Item,
  type PairedMovement,
} from './compare-ledger.js';

const DAY = '2026-11-29';
const BEFORE = '2026-11-28';
const AFTER = '2026-11-30';

const MONEY = { currency: 'EUR', amount: '100', account: 'someone' };

const itemOf = (movement: PairedMovement, change: Partial<Item> = {}): Item => ({
  key: movement,
  isOpen: false,
  undoneOn: null,
  ledger: { ...MONEY, kind: SUPPLY_OF[movement], day: DAY },
  book: { ...MONEY, kind: movement, day: DAY },
  ...change,
});

describe.each(['authorise', 'release', 'refund', 'payOut'] as const)('%s', (movement) => {
  const { ledger, book } = itemOf(movement);

  test('is equal on both sides', () => {
    expect(compareLedger(DAY, [itemOf(movement)])).toEqual({ differences: [], underWay: [] });
  });

  test.each([
    ['amount', '101'],
    ['currency', 'USD'],
    ['account', 'other'],
  ] as const)('has another %s in the book: that is named', (field, other) => {
    const changed = itemOf(movement, { book: book && { ...book, [field]: other } });
    expect(compareLedger(DAY, [itemOf(movement), changed]).differences).toEqual([
      { pair: 'ledger-book', key: movement, field, ledger: MONEY[field], book: other },
    ]);
  });

  test.each([
    ['ledger', { ledger: null }],
    ['book', { book: null }],
  ] as const)('is missing in the %s: it is named on its day, or under way', (side, lacking) => {
    const gone = itemOf(movement, lacking);
    const [named, ...others] = compareLedger(DAY, [gone]).differences;
    expect([named, others]).toMatchObject([{ key: movement, field: 'entry', [side]: null }, []]);
    expect(compareLedger(AFTER, [gone])).toEqual({ differences: [], underWay: [] });
    expect(compareLedger(BEFORE, [gone])).toEqual({ differences: [], underWay: [] });
    for (const day of [DAY, AFTER])
      expect(compareLedger(day, [{ ...gone, isOpen: true }])).toMatchObject({
        differences: [],
        underWay: [{ key: movement, missing: side }],
      });
  });

  test('lies on both sides of midnight: it is under way, and then compared', () => {
    const late = itemOf(movement, { ledger: ledger && { ...ledger, day: AFTER, amount: '99' } });
    const { differences, underWay } = compareLedger(DAY, [late]);
    expect([differences, underWay]).toMatchObject([[], [{ missing: 'ledger', amount: '100' }]]);
    expect(compareLedger(AFTER, [late]).differences).toMatchObject([{ field: 'amount' }]);
  });
});

test.each([
  ['authorise', 'ledger', 100n],
  ['issue', 'book', -100n],
  ['withdraw', 'book', 100n],
  ['redeem', 'book', 100n],
  ['payOut', 'ledger', -100n],
] as const)('%s that the %s lacks lets the book be ahead by %s', (kind, missing, ahead) => {
  expect(aheadOf({ key: 'k', kind, currency: 'EUR', amount: '100', missing })).toBe(ahead);
});

const lineOf = (reference: string, change: Partial<HostLine> = {}): HostLine => ({
  ...{ key: `key-${reference}`, adapter: 'cards', kind: 'authorise', token: 'tok' },
  ...{ currency: 'EUR', amount: '100', reference },
  ...change,
});

const entryOf = (reference: string, change: Partial<HostEntry> = {}): HostEntry => ({
  ...{ reference, kind: 'authorise', token: 'tok', currency: 'EUR', amount: '100' },
  ...change,
});

const NONE: ReadonlySet<string> = new Set();

test('an authorisation and its completion may have one reference at the host', async () => {
  const lines = [lineOf('1'), lineOf('1', { key: 'done', kind: 'complete' })];
  const entries = [entryOf('1', { kind: 'complete' }), entryOf('1')];
  const nothing = { differences: [], underWay: [] };
  expect(await compareHost(await matchHost(lines, entries), [], NONE)).toEqual(nothing);
});

test('what the host did although its answer got lost is under way; each request explains one entry', async () => {
  const request = { key: 'asked', adapter: 'cards', ...entryOf('1'), token: 'tok' };
  const matched = await matchHost([], [entryOf('1'), entryOf('2')]);
  expect(await compareHost(matched, [request], NONE)).toMatchObject({
    differences: [{ key: '2', field: 'entry', book: null, host: 'authorise EUR 100' }],
    underWay: [{ key: 'asked', missing: 'book' }],
  });
});

test('what a statement may have that is not made yet is awaited', async () => {
  const matched = await matchHost([lineOf('1'), lineOf('2')], []);
  expect(await compareHost(matched, [], new Set(['key-1']))).toMatchObject({
    differences: [{ key: 'key-2', field: 'entry', host: null }],
    underWay: [{ key: 'key-1', missing: 'host' }],
  });
});

test('neither the same line a hundred thousand times nor the requests for it hold up anything else', async () => {
  const most = 100_000;
  const entries = Array.from({ length: most }, () => entryOf('1'));
  const lines = Array.from({ length: most / 2 }, () => lineOf('1'));
  const requests = lines.map(({ key }) => ({ ...entryOf('1'), key, adapter: 'cards' }));
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const matched = await matchHost(lines, entries);
  const whileMatching = turns;
  const { differences, underWay } = await compareHost(matched, requests.slice(1), NONE);
  clearInterval(others);
  expect([matched.matches.length, differences.length, underWay.length]).toEqual([
    ...[most / 2, 1, most / 2 - 1],
  ]);
  expect([whileMatching, turns - whileMatching].every((count) => count > 0)).toBe(true);
});

test('what another content is called with a blank explains nothing', async () => {
  const request = {
    key: 'asked',
    adapter: 'cards',
    ...entryOf('1'),
    token: 'tok',
    currency: 'A B',
  };
  const entry = entryOf('1', { token: 'tok A', currency: 'B' });
  const { differences } = await compareHost(await matchHost([], [entry]), [request], NONE);
  expect(differences).toMatchObject([{ key: '1', book: null }]);
});
