// SPDX-License-Identifier: Apache-2.0
// Scores of merchants and couriers: what they lose, how they recover, and what they decide.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { UNRATED } from '../feedback/ratings';
import type { Conduct } from '../ledger/catalogue-shapes';
import { DEFAULT_POLICY } from '../policy/default-policy';
import {
  BLAMELESS,
  conductScore,
  isTrusted,
  releaseFor,
  withMisconduct,
  type Misconduct,
  type Standards,
} from './conduct';

fc.configureGlobal({ seed: SEED });

const { ratings, conduct } = DEFAULT_POLICY;
const HALF_LIFE = ratings.halfLifeSeconds;
const at = (now: number): Standards => ({ now, ratings, conduct });
const after = (...kinds: readonly Misconduct[]): Conduct =>
  kinds.reduce((before, kind) => withMisconduct(before, kind, at(0)), BLAMELESS);
const mismatches = (count: number) => after(...Array<'mismatch'>(count).fill('mismatch'));
const judged = (conduct: Conduct, rating = UNRATED) => ({ rating, conduct });
const POORLY_RATED = { at: 0, weight: 3000, stars: 3000, defects: 0 };

test.each([
  [[], 100],
  [['mismatch'], 95],
  [['debt'], 80],
  [['mismatch', 'debt', 'mismatch'], 70],
  [['debt', 'debt', 'debt', 'debt', 'debt', 'debt'], 0],
] as const)('after %j the score is %d', (kinds, score) => {
  expect(conductScore(after(...kinds), at(0))).toBe(score);
});

test('it recovers with time, half with every half-life', () => {
  const bad = after('debt', 'debt');
  expect(conductScore(bad, at(HALF_LIFE - 1))).toBe(60);
  expect(conductScore(bad, at(HALF_LIFE))).toBe(80);
  expect(conductScore(bad, at(2 * HALF_LIFE))).toBe(90);
});

test('it stays within 0 … 100, never rises with misconduct and never falls with time', () => {
  const kind = fc.constantFrom<Misconduct>('mismatch', 'debt');
  const acts = fc.array(fc.tuple(kind, fc.nat({ max: HALF_LIFE })), { maxLength: 30 });
  fc.assert(
    fc.property(acts, (all) => {
      let now = 0;
      let standing = BLAMELESS;
      for (const [what, later] of all) {
        const before = conductScore(standing, at(now));
        now += later;
        const waited = conductScore(standing, at(now));
        standing = withMisconduct(standing, what, at(now));
        const blamed = conductScore(standing, at(now));
        expect([before, waited, blamed].every((score) => score >= 0 && score <= 100)).toBe(true);
        expect(waited).toBeGreaterThanOrEqual(before);
        expect(blamed).toBeLessThanOrEqual(waited);
      }
    }),
  );
});

describe('what the score decides', () => {
  test.each([
    ['a merchant of good standing', judged(mismatches(4)), 'match', 'match'],
    ['one below the score for a release at match', judged(mismatches(5)), 'match', 'delivery'],
    ['one rated poorly', judged(BLAMELESS, POORLY_RATED), 'match', 'delivery'],
    ['a customer whose money waits anyway', judged(BLAMELESS), 'delivery', 'delivery'],
  ] as const)('%s', (_, merchant, own, release) => {
    expect(releaseFor(own, merchant, at(0))).toBe(release);
  });

  test.each([
    ['at the score that is enough', judged(mismatches(10)), true],
    ['below it', judged(mismatches(11)), false],
    ['rated poorly', judged(BLAMELESS, POORLY_RATED), false],
  ])('a courier %s', (_, courier, trusted) => {
    expect(isTrusted(courier, at(0))).toBe(trusted);
  });
});
