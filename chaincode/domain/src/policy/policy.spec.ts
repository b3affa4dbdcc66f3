// SPDX-License-Identifier: Apache-2.0
// What a policy may be: everything that waits has an end, and no vote can close the ledger for ever.
import { found } from '../base/errors';
import { DEFAULT_POLICY } from './default-policy';
import { policy } from './policy';

const YEAR = 366 * 86_400;
const { offline, reputation, ratings, addressZone, currencies } = DEFAULT_POLICY;
const [code, limits] = found(Object.entries(currencies)[0], 'INTERNAL');

const isPolicy = (change: object): boolean =>
  policy.safeParse({ ...DEFAULT_POLICY, ...change }).success;

it('accepts the default policy', () => expect(isPolicy({})).toBe(true));

const SPANS = [
  ...(['quoteSeconds', 'holdSeconds', 'deliverySeconds', 'unprovenSeconds'] as const),
  ...(['disputeSeconds', 'decisionSeconds', 'debtSeconds', 'windowSeconds'] as const),
];

it.each(SPANS)('has %s within a year', (name) => {
  expect([1, YEAR].map((seconds) => isPolicy({ [name]: seconds }))).toEqual([true, true]);
  expect([0, YEAR + 1].map((seconds) => isPolicy({ [name]: seconds }))).toEqual([false, false]);
});

it('gives votes at least an hour', () =>
  expect([3_599, 3_600, YEAR, YEAR + 1].map((voteSeconds) => isPolicy({ voteSeconds }))).toEqual([
    ...[false, true, true, false],
  ]));

it.each(['loginSeconds', 'authenticationSeconds'])('has %s within a day', (name) => {
  expect(isPolicy({ [name]: 86_400 })).toBe(true);
  expect([0, 86_401].map((seconds) => isPolicy({ [name]: seconds }))).toEqual([false, false]);
});

it.each(['spendSeconds', 'claimSeconds', 'bulletinSeconds'])(
  'has offline.%s within a year',
  (name) =>
    expect(
      [0, YEAR + 1].map((seconds) => isPolicy({ offline: { ...offline, [name]: seconds } })),
    ).toEqual([false, false]),
);

it('tolerates clocks at least as far behind as every device does', () => {
  const tolerates = (clockToleranceSeconds: number): boolean =>
    isPolicy({ offline: { ...offline, clockToleranceSeconds } });
  expect([59, 60, 86_400, 86_401].map(tolerates)).toEqual([false, true, true, false]);
});

it.each<readonly [string, object]>([
  [
    'a window that is too short for one order',
    { currencies: { [code]: { ...limits, perWindow: '1' } } },
  ],
  ['no payment of an epoch', { offline: { ...offline, count: 0 } }],
  ['more than 64 payments of an epoch', { offline: { ...offline, count: 65 } }],
  ['a half-life below a day', { ratings: { ...ratings, halfLifeSeconds: 86_399 } }],
  ['ratings of more than a whole', { ratings: { ...ratings, unfinishedPercent: 101 } }],
  ['no class of scores', { reputation: { ...reputation, classes: [] } }],
  [
    'classes that do not reach down to 0',
    { reputation: { ...reputation, classes: reputation.classes.slice(0, -1) } },
  ],
  [
    'classes that rise',
    { reputation: { ...reputation, classes: [...reputation.classes, ...reputation.classes] } },
  ],
  ['zones lower than a kilometre', { addressZone: { ...addressZone, latitude: 9_999 } }],
  ['zones narrower than that', { addressZone: { ...addressZone, longitude: 9_999 } }],
  ['a rule that nobody knows', { bearer: 'customer' }],
])('has not %s', (_, change) => expect(isPolicy(change)).toBe(false));
