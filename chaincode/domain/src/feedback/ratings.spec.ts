// SPDX-License-Identifier: Apache-2.0
// Unit 18: each customer has one opinion, which loses weight with time. No order of opinions makes a sum negative or counts
// one twice.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import type { Aggregate } from '../ledger/catalogue-shapes';
import { DEFAULT_POLICY } from '../policy/default-policy';
import {
  isDefective,
  isPoorlyRated,
  opinionOf,
  ratingNow,
  UNRATED,
  withOpinion,
  type RatingStandards,
} from './ratings';

fc.configureGlobal({ seed: SEED });

const HALF_LIFE = 1000;
const standards = (now: number, unfinishedPercent = 25): RatingStandards => ({
  now,
  ratings: { halfLifeSeconds: HALF_LIFE, unfinishedPercent },
});
const HOLD = { captured: '100', refunded: '0' } as NonNullable<
  Parameters<typeof opinionOf>[1]['hold']
>;
const KEPT = { delivery: 'delivered' as const, hold: HOLD };

/** This many opinions of customers who keep the delivered goods. */
const rated = (count: number, stars: number, defects = 0): Aggregate => ({
  at: 0,
  weight: count * 1000,
  stars: stars * 1000,
  defects: defects * 1000,
});

describe('an opinion', () => {
  it('counts fully when the goods were delivered and no money went back', () => {
    expect(opinionOf({ stars: 4, defect: true }, KEPT, standards(7))).toEqual({
      at: 7,
      weight: 1000,
      stars: 4000,
      defects: 1000,
    });
  });

  it('counts fully when the smaller part went back, so that a refund of one cent does not remove a bad rating', () => {
    const order = { ...KEPT, hold: { ...HOLD, refunded: '50' } };
    expect(opinionOf({ stars: 1, defect: true }, order, standards(0)).weight).toBe(1000);
  });

  it.each([
    ['not delivered', { ...KEPT, delivery: 'pickedUp' as const }],
    ['refunded for the greater part', { ...KEPT, hold: { ...HOLD, refunded: '51' } }],
    ['without money', { ...KEPT, hold: null }],
  ])('counts less for an order that is %s', (_, order) => {
    const { weight, stars, defects } = opinionOf({ stars: 1, defect: true }, order, standards(0));
    expect([weight, stars, defects]).toEqual([250, 250, 250]);
  });

  it('loses half its weight with every half-life that ends, at the same instants for all', () => {
    const opinion = opinionOf({ stars: 5, defect: false }, KEPT, standards(999));
    expect(ratingNow(opinion, standards(999)).weight).toBe(1000);
    expect(ratingNow(opinion, standards(1000)).weight).toBe(500);
    expect(ratingNow(opinion, standards(2999)).weight).toBe(250);
    expect(ratingNow(opinion, standards(2_000_000)).weight).toBe(0);
  });

  it('does not gain weight when a clock is behind', () => {
    expect(ratingNow({ ...rated(3, 3), at: 1000 }, standards(999))).toEqual({
      ...rated(3, 3),
      at: 1000,
    });
  });
});

describe('sums', () => {
  const act = fc.record({
    customer: fc.nat({ max: 4 }),
    stars: fc.integer({ min: 1, max: 5 }),
    defect: fc.boolean(),
    finished: fc.boolean(),
    later: fc.nat({ max: 2500 }),
  });

  it('are never negative, and contain exactly the newest opinion of every customer', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const opinions = new Map<number, Aggregate>();
        let sums = UNRATED;
        let now = 0;
        for (const { customer, stars, defect, finished, later } of acts) {
          now += later;
          const order = finished ? KEPT : { ...KEPT, hold: null };
          const opinion = opinionOf({ stars, defect }, order, standards(now));
          sums = withOpinion(sums, opinions.get(customer), opinion, standards(now));
          opinions.set(customer, opinion);
          const held = [...opinions.values()].map((each) => ratingNow(each, standards(now)));
          for (const part of ['weight', 'stars', 'defects'] as const) {
            const least = held.reduce((sum, each) => sum + each[part], 0);
            // Each sum is rounded down once, but its parts are rounded one by one: at most one thousandth per opinion.
            expect(sums[part]).toBeGreaterThanOrEqual(least);
            expect(sums[part] - least).toBeLessThanOrEqual(acts.length);
          }
        }
      }),
    );
  });

  it('stay the same when a customer repeats an opinion', () => {
    const bad = opinionOf({ stars: 1, defect: true }, KEPT, standards(0));
    const once = withOpinion(UNRATED, undefined, bad, standards(0));
    expect(withOpinion(once, bad, bad, standards(0))).toEqual(once);
  });
});

describe('what they decide', () => {
  it.each([
    [0, 0, false],
    [2, 2, false],
    [3, 3, true],
    [10, 3, true],
    [11, 3, false],
    [100, 29, false],
    [100, 30, true],
  ])('of %d customers %d report a defect: defective is %s', (count, defects, expected) => {
    expect(isDefective(rated(count, count * 5, defects), standards(0))).toBe(expected);
  });

  it.each([
    [0, 0, false],
    [2, 2, false],
    [3, 7, true],
    [3, 8, false],
    [4, 10, false],
    [4, 9, true],
  ])('%d opinions with %d stars in all: poorly rated is %s', (count, stars, expected) => {
    expect(isPoorlyRated(rated(count, stars), standards(0))).toBe(expected);
  });

  it('is forgotten with time', () => {
    const bad = rated(5, 5, 5);
    expect([isPoorlyRated(bad, standards(999)), isDefective(bad, standards(999))]).toEqual([
      true,
      true,
    ]);
    expect([isPoorlyRated(bad, standards(1000)), isDefective(bad, standards(1000))]).toEqual([
      false,
      false,
    ]);
  });

  it('takes twelve opinions on orders that were never delivered, with the default policy', () => {
    const now = { now: 0, ratings: DEFAULT_POLICY.ratings };
    const order = { ...KEPT, delivery: 'awaiting' as const };
    const opinion = opinionOf({ stars: 1, defect: true }, order, now);
    const all = (count: number) =>
      Array.from({ length: count }).reduce<Aggregate>(
        (sums) => withOpinion(sums, undefined, opinion, now),
        UNRATED,
      );
    expect(isPoorlyRated(all(11), now)).toBe(false);
    expect(isPoorlyRated(all(12), now)).toBe(true);
  });
});
