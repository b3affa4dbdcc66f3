// SPDX-License-Identifier: Apache-2.0
// Unit 18: what customers think of goods, merchants and couriers. Every customer has one opinion of a subject, its newest,
// which counts less with time and less for an order that was not delivered or was paid back.
import type { Aggregate } from '../ledger/catalogue-shapes.js';
import type { OrderRow, RatingRow } from '../ledger/rows.js';
import type { RatingsPolicy } from '../policy/policy.js';
import { isPaidBack } from '../settlement/hold.js';
import { decaying, WHOLE } from './decay.js';

/** By which rules ratings count, and when. */
export interface RatingStandards {
  readonly now: number;
  readonly ratings: RatingsPolicy;
}

/** The aggregate of what nobody has rated. */
export const UNRATED: Aggregate = { at: 0, weight: 0, stars: 0, defects: 0 };

/** Opinions of three customers whose orders were delivered, in thousandths: fewer decide nothing. */
const ENOUGH = 3 * WHOLE;

/** @returns the same sums as they count now. */
export function ratingNow(sums: Aggregate, { now, ratings }: RatingStandards): Aggregate {
  const worth = decaying(sums.at, now, ratings.halfLifeSeconds);
  return {
    at: Math.max(sums.at, now),
    weight: worth(sums.weight),
    stars: worth(sums.stars),
    defects: worth(sums.defects),
  };
}

/** The customer has the goods, and the merchant most of its money. */
const isFinished = ({ delivery, hold }: Pick<OrderRow, 'delivery' | 'hold'>): boolean =>
  delivery === 'delivered' && hold !== null && !isPaidBack(hold);

/** @returns what one opinion adds. */
export function opinionOf(
  { stars, defect }: Pick<RatingRow, 'stars' | 'defect'>,
  order: Pick<OrderRow, 'delivery' | 'hold'>,
  { now, ratings }: RatingStandards,
): Aggregate {
  const percent = isFinished(order) ? 100 : ratings.unfinishedPercent;
  const weight = Math.floor((WHOLE * percent) / 100);
  return { at: now, weight, stars: weight * stars, defects: defect ? weight : 0 };
}

/** @returns the sums with a customer's newest opinion in the place of the one that it had. */
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

/** At least three reports, and at least three customers in ten. */
export function isDefective(rating: Aggregate, standards: RatingStandards): boolean {
  const { weight, defects } = ratingNow(rating, standards);
  return defects >= ENOUGH && defects * 10 >= weight * 3;
}

/** At least three opinions that average below two and a half stars. */
export function isPoorlyRated(rating: Aggregate, standards: RatingStandards): boolean {
  const { weight, stars } = ratingNow(rating, standards);
  return weight >= ENOUGH && stars * 2 < weight * 5;
}
