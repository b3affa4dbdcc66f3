// SPDX-License-Identifier: Apache-2.0
// Parts that were planned while the port to hosts chose by itself between release and refund: what it took from the one is missing there for
// a part that was planned of it, and is left of the other. Pure.
import type { MoveKind } from '../database/funding-tables.js';
import type { Leg, PlannedMove } from './plan.js';

/** How the host can be asked for a part. */
export type Asking = Pick<PlannedMove, 'kind' | 'amount'>;

/** A part as the host can carry it out. */
export interface Fitted extends Asking {
  /** What goes back the other way, by a request of its own; null: nothing. */
  readonly rest: Asking | null;
}

const OTHER = { release: 'refund', refund: 'release' } as const;

/** How much of each kind the host can still do. */
function leftOf({ amount, complete, release, refund }: Leg): Readonly<Record<MoveKind, bigint>> {
  const reserved = amount - complete - release;
  return { complete: reserved, release: reserved, refund: complete - refund };
}

type Left = ReturnType<typeof leftOf>;

/**
 * @param legs with all that was planned of them
 * @param open parts that are not carried out yet
 * @returns whether one of them cannot be carried out as it was planned. How much each deduction has left is known only when it was.
 */
export const isToRefit = (legs: readonly Leg[], open: readonly Pick<PlannedMove, 'leg'>[]) =>
  legs
    .filter((leg) => Object.values(leftOf(leg)).some((left) => left < 0n))
    .some(({ leg }) => open.some((move) => move.leg === leg));

/** All of it the other way, when one request suffices; else as it was planned as far as it can, and the rest the other way. */
function givenBack(kind: keyof typeof OTHER, amount: bigint, left: Left): Fitted | undefined {
  const other = OTHER[kind];
  if (amount <= left[other]) return { kind: other, amount, rest: null };
  const rest = { kind: other, amount: amount - left[kind] };
  return rest.amount <= left[other] ? { kind, amount: left[kind], rest } : undefined;
}

/**
 * @param leg with what hosts were asked for besides the part
 * @returns what is left to complete, or how the host can give back all of the part; undefined when neither helps
 */
export function refit({ kind, amount }: Asking, leg: Leg): Fitted | undefined {
  const left = leftOf(leg);
  if (amount <= left[kind]) return undefined;
  return kind === 'complete'
    ? { kind, amount: left.complete, rest: null }
    : givenBack(kind, amount, left);
}
