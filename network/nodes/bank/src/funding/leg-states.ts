// SPDX-License-Identifier: Apache-2.0
// What an order's deductions say of its funding (unit 14). Pure.
import {
  OPEN_LEG_STATES,
  type FundingLegTable,
  type FundingState,
} from '../database/funding-tables.js';

type Leg = Pick<FundingLegTable, 'state'>;

/** Its money is on the account for the order. */
export const isIssued = ({ state }: Leg): boolean => state === 'issued';

/** Host or ledger may have been asked for it, and the answer was not noted. */
export const isUnderWay = ({ state }: Leg): boolean =>
  OPEN_LEG_STATES.some((open) => open === state);

/** @returns the state of an order that lacks nothing. What was deducted for it is followed to its end only when it is `ready`. */
export const suppliedState = (legs: readonly Leg[]): FundingState =>
  legs.some(isIssued) ? 'ready' : 'unneeded';

/** What is noted of a funding. */
export interface Noted {
  readonly state?: FundingState;
  readonly refusal?: string | null;
}

/** @returns what is noted of an order that holds its money, whatever was noted before; nothing new while a deduction is under way */
export function heldAs(state: FundingState, legs: readonly Leg[]): Noted {
  if (legs.some(isUnderWay)) return {};
  if (legs.some(isIssued)) return { state: 'ready', refusal: null };
  return state === 'asked' ? { state: 'unneeded' } : {};
}

/** Nobody waits for the order any more, and nothing was deducted for it. */
const LATE = { state: 'refused', refusal: 'ABANDONED' } as const;

const ABANDONED = { asked: LATE, ready: { state: 'returned' } } as const;

/** @returns what is noted of an order that did not hold its money in time: what it has goes back */
export const abandonedAs = (state: FundingState): Noted =>
  state === 'asked' || state === 'ready' ? ABANDONED[state] : {};
