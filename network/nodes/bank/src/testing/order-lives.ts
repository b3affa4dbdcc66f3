// SPDX-License-Identifier: Apache-2.0
// Random lives of an order's money, for tests.
import * as fc from 'fast-check';
import type { HoldView } from '../funding/plan.js';

/** Minor units. */
export interface Hold {
  readonly authorised: number;
  readonly captured: number;
  readonly voided: number;
  readonly refunded: number;
}

export const newHold = (authorised: number): Hold => ({
  authorised,
  ...{ captured: 0, voided: 0, refunded: 0 },
});

/** What the order may still cost. */
export const restOf = ({ authorised, captured, voided }: Hold): number =>
  authorised - captured - voided;

const partOf = (whole: number, part: number): number => Math.ceil((whole * part) / 1000);

/** What may happen to the money; `part` of 1000 of what it can be about, and at least one unit. */
export const HOLD_EVENTS = {
  capture: (hold: Hold, part: number): Hold => ({
    ...hold,
    captured: hold.captured + partOf(restOf(hold), part),
  }),
  void: (hold: Hold): Hold => ({ ...hold, voided: hold.voided + restOf(hold) }),
  refund: (hold: Hold, part: number): Hold => ({
    ...hold,
    refunded: hold.refunded + partOf(hold.captured - hold.refunded, part),
  }),
} as const;

/** One event of a life. */
export interface LifeStep {
  readonly event: keyof typeof HOLD_EVENTS;
  readonly part: number;
  /** How many requests are answered in the look after it; null: nobody looks. */
  readonly answers: number | null;
}

export const lifeStep: fc.Arbitrary<LifeStep> = fc.record({
  event: fc.constantFrom(...(['capture', 'void', 'refund'] as const)),
  part: fc.integer({ min: 1, max: 1000 }),
  answers: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
});

/** As the ledger says it. */
export const holdViewOf = ({ authorised, captured, voided, refunded }: Hold): HoldView => ({
  authorised: authorised.toString(),
  captured: captured.toString(),
  voided: voided.toString(),
  refunded: refunded.toString(),
});

/** @returns what instruments hold back or gave for the order in the end, of so much that was deducted beside the customer's own money */
export function heldOf(hold: Hold, own: number): number {
  const cost = Math.max(0, hold.captured - own);
  return restOf(hold) === 0
    ? Math.max(0, cost - hold.refunded)
    : hold.authorised - own - Math.min(cost, hold.refunded);
}
