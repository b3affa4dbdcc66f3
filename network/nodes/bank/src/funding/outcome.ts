// SPDX-License-Identifier: Apache-2.0
// What became of an order's funding, in one word that its customer and the bank's people understand. Pure.
import { toUnits } from '@fabric-offline-pay/domain';
import {
  DEDUCTED_LEG_STATES,
  type FundingLegTable,
  type FundingMoveTable,
  type FundingState,
  type MoveState,
} from '../database/funding-tables.js';
import type { Funding } from './store.js';

/** Words of an outcome, each with what it means. */
export const FUNDING_OUTCOMES = {
  asking: 'Host or ledger are being asked.',
  waiting: 'Host or ledger do not answer. Nothing is lost or done twice; it is asked again.',
  unknown:
    'It is not known whether the host did what it was asked. It is asked until that is known, and never deducts twice.',
  confirming: 'A second person of the bank must confirm the sum.',
  checking: 'The host contradicts itself. The bank was alerted and looks at it.',
  declined: 'No money was taken, or all of it is back: see the reason. It may be asked for again.',
  unneeded: 'The account had enough.',
  ready: 'The money is on the account for this order, and reserved at the host.',
  taken: 'The order was paid, and the host has taken what it cost.',
  reversed: 'Everything went back to the instrument.',
} as const;

export type FundingOutcomeWord = keyof typeof FUNDING_OUTCOMES;

export const FUNDING_OUTCOME_WORDS = Object.keys(FUNDING_OUTCOMES) as readonly FundingOutcomeWord[];

/** What a failure means for the order; any other failure is one of ledger or node, and nothing is known to be wrong at the host. */
const TROUBLES: Readonly<Record<string, FundingOutcomeWord>> = {
  HOST_UNCERTAIN: 'unknown',
  AWAITS_CONFIRMATION: 'confirming',
  HOST_CONTRADICTS: 'checking',
};

/** Where a funding stands between ledger and host; null when nothing is under way. */
export const FUNDING_STEPS = [
  ...(['authorise', 'issue', 'complete', 'withdraw', 'release', 'refund'] as const),
] as const;

export type FundingStep = (typeof FUNDING_STEPS)[number];

/** Minor units, of all deductions of the order. */
export interface FundingSums {
  readonly deducted: bigint;
  readonly taken: bigint;
  readonly returned: bigint;
}

type Moves = readonly Pick<FundingMoveTable, 'kind' | 'amount' | 'state'>[];
type Legs = readonly FundingLegTable[];

const sumOf = (rows: readonly { readonly amount: string }[]): bigint =>
  rows.reduce((sum, { amount }) => sum + toUnits(amount), 0n);

const ended = (moves: Moves, state: MoveState, ...kinds: readonly string[]): bigint =>
  sumOf(moves.filter((move) => move.state === state && kinds.includes(move.kind)));

export const sumsOf = (legs: Legs, moves: Moves): FundingSums => ({
  deducted: sumOf(legs.filter(({ state }) => DEDUCTED_LEG_STATES.some((each) => each === state))),
  // What was to be released and was spent otherwise meanwhile is taken instead.
  taken: ended(moves, 'done', 'complete') + ended(moves, 'kept', 'release'),
  returned: ended(moves, 'done', 'release', 'refund'),
});

function stepOfMove({ kind, state }: Moves[number]): FundingStep | null {
  if (state === 'withdrawn') return kind;
  if (state === 'keeping') return 'complete';
  if (state !== 'planned') return null;
  return kind === 'complete' ? 'complete' : 'withdraw';
}

const LEG_STEPS: Readonly<Partial<Record<FundingLegTable['state'], FundingStep>>> = {
  planned: 'authorise',
  authorised: 'issue',
};

/** @returns the first thing that is not done yet */
export const stepOf = (legs: Legs, moves: Moves): FundingStep | null =>
  [...legs.map(({ state }) => LEG_STEPS[state] ?? null), ...moves.map(stepOfMove)].find(
    (step) => step !== null,
  ) ?? null;

function endOf({ deducted, taken, returned }: FundingSums): FundingOutcomeWord {
  if (returned === deducted) return 'reversed';
  return taken > 0n && taken + returned >= deducted ? 'taken' : 'ready';
}

/** What the state alone says, when nothing is under way. */
const ENDS: Readonly<Partial<Record<FundingState, FundingOutcomeWord>>> = {
  refused: 'declined',
  unneeded: 'unneeded',
};

/** @returns the word for what the rows say */
export function outcomeOf(
  { state, trouble }: Pick<Funding, 'state' | 'trouble'>,
  legs: Legs,
  moves: Moves,
): FundingOutcomeWord {
  if (trouble !== null) return TROUBLES[trouble] ?? 'waiting';
  if (state === 'asked' || stepOf(legs, moves) !== null) return 'asking';
  return ENDS[state] ?? endOf(sumsOf(legs, moves));
}

/** @returns the code of a failure as it is kept: codes alone, since a text may quote a value */
export function troubleOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z_]{1,39}$/.test(code) ? code : 'INTERNAL';
}
