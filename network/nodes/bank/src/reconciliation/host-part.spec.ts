// SPDX-License-Identifier: Apache-2.0
// What stays of a host's part of a day when the host gives its statement not again.
import { hostsOf, withKnown, type HostPart, type KeptPart, type KnownDay } from './host-part.js';
import type { Difference } from './report.js';

const DAY = '2026-11-20';
const NOW = Date.parse('2026-11-25T00:15:00Z');
const IN_TIME = Date.parse('2026-11-21T00:15:00Z');
const BEFORE_END = Date.parse('2026-11-20T12:00:00Z');

const pair = 'book-host';
const STATEMENT: Difference = { pair, key: 'cards', field: 'statement', book: '1', host: null };
const THEFT: Difference = { pair, key: 'a', field: 'entry', book: null, host: 'authorise' };
const LACK: Difference = { pair, key: 'b', field: 'entry', book: 'authorise', host: null };
const OF_LEDGER: Difference = { pair: 'ledger-book', key: 'c', field: 'a', ledger: '', book: '' };

const part = (entries: number | null, differences: readonly Difference[]): HostPart => ({
  ...{ entries, missing: entries === null ? 'not there' : null, waits: true },
  ...{ differences: [...differences], underWay: [], sums: [] },
  counts: { differences: differences.length, underWay: 0 },
});

const GONE = part(null, [STATEMENT]);
const SILENT = new Map([['cards', GONE]]);

const kept = (of: HostPart, saidAt: number, isDoubted = false): KeptPart => ({
  ...{ part: of, saidAt, isDoubted },
});

const known = (before: KeptPart): KnownDay => ({
  ...{ day: DAY, isWhole: false, parts: new Map([['cards', before]]) },
  unparted: { differences: [] },
});

const HEARD = part(3, [LACK, THEFT]);

describe('without a statement now', () => {
  test.each<readonly [what: string, before: KeptPart, differences: readonly Difference[]]>([
    ['of the whole day stays, whoever made the last report', kept(HEARD, IN_TIME), [LACK, THEFT]],
    [
      'of a part of the day is named as far as the host said it',
      kept(HEARD, BEFORE_END),
      [STATEMENT, THEFT],
    ],
    [
      'that is doubted is named, with all that it named',
      kept(HEARD, IN_TIME, true),
      [STATEMENT, LACK, THEFT],
    ],
    [
      'that was named so already is named again',
      kept(part(null, [STATEMENT, LACK]), IN_TIME),
      [STATEMENT, LACK],
    ],
  ])('one %s', (_what, before, differences) => {
    const of = withKnown(SILENT, known(before), NOW).get('cards');
    expect(of?.part.differences).toEqual(differences);
    expect(of?.part.counts.differences).toBe(differences.length);
  });

  test('one that stays is as old as it was', () => {
    const before = kept(HEARD, IN_TIME);
    expect(withKnown(SILENT, known(before), NOW).get('cards')).toBe(before);
  });
});

test('a statement that is there replaces whatever there was', () => {
  const now = new Map([['cards', part(4, [])]]);
  const after = withKnown(now, known(kept(HEARD, IN_TIME)), NOW);
  expect(after.get('cards')).toEqual(kept(part(4, []), NOW));
});

test.each<readonly [which: string, before: KeptPart, hosts: readonly string[]]>([
  ['a statement', kept(part(0, []), IN_TIME), ['cards']],
  ['nothing but words that are kept', kept(part(null, [STATEMENT, THEFT]), IN_TIME), ['cards']],
  ['neither', kept(GONE, IN_TIME), []],
])('of a host with %s', (_which, before, hosts) => {
  expect(hostsOf(known(before))).toEqual(hosts);
});

describe('what a report without parts names', () => {
  const gave = { entries: 1, missing: null };
  const gaveNone = { entries: null, missing: 'not there' };
  const unparted = (hosts: KnownDay['unparted']['hosts']): KnownDay => ({
    ...{ day: DAY, isWhole: true, parts: new Map() },
    unparted: { hosts, differences: [STATEMENT, THEFT, OF_LEDGER] },
  });
  const both = (cards: HostPart, mobile: HostPart) =>
    new Map([
      ['cards', cards],
      ['mobile', mobile],
    ]);

  test.each<
    readonly [
      which: string,
      hosts: KnownDay['unparted']['hosts'],
      now: ReadonlyMap<string, HostPart>,
      counts: readonly number[],
    ]
  >([
    ['one that gave none', { cards: gave, mobile: gaveNone }, both(part(1, [THEFT]), GONE), [1, 1]],
    ['one that it has not', { cards: gave }, both(part(1, [THEFT]), GONE), [1, 1]],
    ['the one that gave one', { cards: gaveNone, mobile: gave }, both(GONE, GONE), [1, 2]],
    ['one of two', { cards: gave, mobile: gave }, both(GONE, GONE), [2, 1]],
    ['the one that is silent now', undefined, both(part(1, [THEFT]), GONE), [1, 2]],
  ])('is in no other part than it was: %s', (_which, hosts, now, counts) => {
    const after = [...withKnown(now, unparted(hosts), NOW).values()];
    expect(after.map((each) => each.part.differences.length)).toEqual(counts);
  });

  test('has no host that gave no statement', () => {
    expect(hostsOf(unparted({ cards: gave, mobile: gaveNone }))).toEqual(['cards']);
  });
});
