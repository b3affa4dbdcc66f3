// SPDX-License-Identifier: Apache-2.0
// Unit 18: ratings of goods, merchants and couriers. Each customer has one opinion of a subject, its newest. An opinion
// counts less with time, and less for an order that was not delivered or was refunded.
import type { Aggregate } from '../ledger/catalogue-shapes.js';
import type { OrderRow, RatingRow } from '../ledger/rows.js';
import type { RatingsPolicy } from '../policy/policy.js';
import { isPaidBack } from '../settlement/hold.js';
import { decaying, WHOLE } from './decay.js';

/** The rules for counting ratings, and the time of counting. */
export interface RatingStandards {
  readonly now: number;
  readonly ratings: RatingsPolicy;
}

/** The aggregate of a subject without ratings. */
export const UNRATED: Aggregate = { at: 0, weight: 0, stars: 0, defects: 0 };

/** Three opinions on delivered orders, in thousandths. Fewer opinions decide nothing. */
const ENOUGH = 3 * WHOLE;

/** @returns the sums with their weight now. */
export function ratingNow(sums: Aggregate, { now, ratings }: RatingStandards): Aggregate {
  const worth = decaying(sums.at, now, ratings.halfLifeSeconds);
  return {
    at: Math.max(sums.at, now),
    weight: worth(sums.weight),
    stars: worth(sums.stars),
    defects: worth(sums.defects),
  };
}

/** Whether the customer has the goods and the merchant has most of its money. */
const isFinished = ({ delivery, hold }: Pick<OrderRow, 'delivery' | 'hold'>): boolean =>
  delivery === 'delivered' && hold !== null && !isPaidBack(hold);

/** @returns what one opinion adds to the sums. */
export function opinionOf(
  { stars, defect }: Pick<RatingRow, 'stars' | 'defect'>,
  order: Pick<OrderRow, 'delivery' | 'hold'>,
  { now, ratings }: RatingStandards,
): Aggregate {
  const percent = isFinished(order) ? 100 : ratings.unfinishedPercent;
  const weight = Math.floor((WHOLE * percent) / 100);
  return { at: now, weight, stars: weight * stars, defects: defect ? weight : 0 };
}

/** @returns the sums after a customer's newest opinion has replaced its earlier one. */
export function withOpinion(
  sums: Aggregate,
  before: Aggregate | undefined,
  opinion: Aggregate,
  standards: RatingStandards,
): Aggregate {
  const all = ratingNow(sums, standards);
  const old = ratingNow(before ?? UNRATED, standards);
  return {
    at: all.at,
    weight: all.weight - old.weight + opinion.weight,
    stars: all.stars - old.stars + opinion.stars,
    defects: all.defects - old.defects + opinion.defects,
  };
}

/** True when at least three customers, and at least three in ten, report a defect. */
export function isDefective(rating: Aggregate, standards: RatingStandards): boolean {
  const { weight, defects } = ratingNow(rating, standards);
  return defects >= ENOUGH && defects * 10 >= weight * 3;
}

/** True when there are at least three opinions and their average is below two and a half stars. */
export function isPoorlyRated(rating: Aggregate, standards: RatingStandards): boolean {
  const { weight, stars } = ratingNow(rating, standards);
  return weight >= ENOUGH && stars * 2 < weight * 5;
}
