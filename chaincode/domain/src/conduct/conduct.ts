// SPDX-License-Identifier: Apache-2.0
// The conduct of merchants and couriers: what counts against them, the resulting score, and what the score decides. A score
// recovers with time, as ratings do.
import { decaying, WHOLE } from '../feedback/decay.js';
import { isPoorlyRated, type RatingStandards } from '../feedback/ratings.js';
import type { Conduct, Courier, MerchantRow } from '../ledger/catalogue-shapes.js';
import type { ConductPolicy, ReleaseAt } from '../policy/policy.js';

/** What counts against a merchant or a logistics company. */
export type Misconduct = keyof ConductPolicy['penalties'];

/** The rules for judging merchants and couriers, and the time of the judgement. */
export interface Standards extends RatingStandards {
  readonly conduct: ConductPolicy;
}

/** The conduct of a party that was never blamed. */
export const BLAMELESS: Conduct = { at: 0, mismatch: 0, debt: 0 };

const BEST_SCORE = 100;

function conductNow(conduct: Conduct, { now, ratings }: RatingStandards): Conduct {
  const worth = decaying(conduct.at, now, ratings.halfLifeSeconds);
  const { at, mismatch, debt } = conduct;
  return { at: Math.max(at, now), mismatch: worth(mismatch), debt: worth(debt) };
}

/** @returns the conduct with one more misconduct. */
export function withMisconduct(
  conduct: Conduct,
  kind: Misconduct,
  standards: RatingStandards,
): Conduct {
  const before = conductNow(conduct, standards);
  return { ...before, [kind]: before[kind] + WHOLE };
}

/** @returns 0 (worst) … 100 (no misconduct). */
export function conductScore(conduct: Conduct, standards: Standards): number {
  const { mismatch, debt } = conductNow(conduct, standards);
  const { penalties } = standards.conduct;
  const lost = Math.floor((penalties.mismatch * mismatch + penalties.debt * debt) / WHOLE);
  return Math.max(0, BEST_SCORE - lost);
}

type Judged = Pick<MerchantRow | Courier, 'rating' | 'conduct'>;

/** @returns when an order's payees get their money: at delivery for a bad merchant, else as the customer's standing says. */
export const releaseFor = (own: ReleaseAt, merchant: Judged, standards: Standards): ReleaseAt =>
  isPoorlyRated(merchant.rating, standards) ||
  conductScore(merchant.conduct, standards) < standards.conduct.releaseAtDeliveryBelow
    ? 'delivery'
    : own;

/** @returns whether the courier's standing is good enough for a quote. */
export const isTrusted = (courier: Judged, standards: Standards): boolean =>
  !isPoorlyRated(courier.rating, standards) &&
  conductScore(courier.conduct, standards) >= standards.conduct.droppedBelow;
