// SPDX-License-Identifier: Apache-2.0
// What lies on two days is explained once, whichever of their reports is made.
import { SEED, seeded } from '../../../../../test/support/seeded.js';
import type { HostEntry } from '../core-banking/core-banking.js';
import { matchHost, type HostLine, type Matched } from './compare-host.js';
import { matchMiddle, NEAR } from './match-days.js';

const entryOf = (reference: string, amount = '100'): HostEntry => ({
  ...{ reference, kind: 'complete', token: 'tok', currency: 'EUR', amount },
});

const lineOf = (reference: string, amount = '100'): HostLine => ({
  ...entryOf(reference, amount),
  ...{ kind: 'complete', key: `key-${reference}`, adapter: 'cards' },
});

/** A day: what the book has of it, and what the host has. */
type Day = readonly [lines: readonly HostLine[], entries: readonly HostEntry[]];

const EMPTY: Day = [[], []];

/** The reports of these days. */
async function reportsOf(days: readonly Day[]): Promise<readonly Matched[]> {
  const around = Array.from({ length: NEAR }, () => EMPTY);
  const all = [...around, ...days, ...around];
  const own = await Promise.all(all.map(([lines, entries]) => matchHost(lines, entries)));
  return Promise.all(days.map((_, index) => matchMiddle(own.slice(index, index + 2 * NEAR + 1))));
}

/** How much each report names, of the book and of the host. */
const leftOf = async (days: readonly Day[]) =>
  (await reportsOf(days)).map(({ lines, entries }) => [lines.length, entries.length]);

const NOTHING = [0, 0];

test.each<readonly [what: string, days: readonly Day[], left: readonly (readonly number[])[]]>([
  [
    'the host has it a day later',
    [
      [[lineOf('1')], []],
      [[], [entryOf('1')]],
    ],
    [NOTHING, NOTHING],
  ],
  [
    'the host has it a day earlier',
    [
      [[], [entryOf('1')]],
      [[lineOf('1')], []],
    ],
    [NOTHING, NOTHING],
  ],
  [
    'the host does it once more on the next day',
    [
      [[lineOf('1')], [entryOf('1')]],
      [[], [entryOf('1')]],
    ],
    [NOTHING, [0, 1]],
  ],
  [
    'the host does it once more on the next day, and another amount',
    [
      [[lineOf('1')], [entryOf('1')]],
      [[], [entryOf('1', '999999')]],
    ],
    [NOTHING, [0, 1]],
  ],
  [
    'the host does it the day before, and the day after',
    [
      [[], [entryOf('1')]],
      [[lineOf('1')], []],
      [[], [entryOf('1')]],
    ],
    [[0, 1], NOTHING, NOTHING],
  ],
  [
    'the book has it twice, on two days, and the host on the one between them',
    [
      [[lineOf('1')], []],
      [[], [entryOf('1')]],
      [[lineOf('1')], []],
    ],
    [NOTHING, NOTHING, [1, 0]],
  ],
  [
    'both have the same twice on a day',
    [
      [
        [lineOf('1'), lineOf('1')],
        [entryOf('1'), entryOf('1')],
      ],
    ],
    [NOTHING],
  ],
  [
    'both have the same twice, and the host once of it a day later',
    [
      [[lineOf('1'), lineOf('1')], [entryOf('1')]],
      [[], [entryOf('1')]],
    ],
    [NOTHING, NOTHING],
  ],
])('%s', async (_what, days, left) => {
  expect(await leftOf(days)).toEqual(left);
});

test('of two entries of one reference, the wrong one is left over', async () => {
  const [report] = await reportsOf([[[lineOf('1')], [entryOf('1', '999'), entryOf('1')]]]);
  expect(report).toMatchObject({ matches: [{ entry: { amount: '100' } }], lines: [] });
  expect(report?.entries).toEqual([entryOf('1', '999')]);
});

test(`each line explains one entry, and each entry is explained once, over all reports (seed ${SEED})`, async () => {
  const below = seeded();
  const some = <Row>(of: (reference: string, amount: string) => Row): Row[] =>
    Array.from({ length: below(4) }, () => of(below(3).toString(), below(2).toString()));
  for (let times = 0; times < 300; times += 1) {
    const days = Array.from({ length: 6 }, (): Day => [some(lineOf), some(entryOf)]);
    const reports = await reportsOf(days);
    const explaining = reports.flatMap(({ matches }) => matches.map(({ entry }) => entry));
    const left = reports.flatMap(({ entries }) => entries);
    const all = days.flatMap(([, entries]) => entries);
    expect(new Set([...explaining, ...left])).toEqual(new Set(all));
    expect(explaining.length + left.length).toBe(all.length);
  }
});
