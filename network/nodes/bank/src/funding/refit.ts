// SPDX-License-Identifier: Apache-2.0
// Parts that were planned while the port to hosts chose by itself between release and refund: what it took from the one is missing there for
// a part that was planned of it, and is left of the other. Pure.
import type { MoveKind } from '../database/funding-tables.js';
import type { Leg, PlannedMove } from './plan.js';

/** How the host can be asked for a part. */
export type Fitted = Pick<PlannedMove, 'kind' | 'amount'>;

const OTHER = { release: 'refund', refund: 'release' } as const;

/**
 * @param leg with what hosts were asked for besides the part
 * @returns what is left to complete, or the other way to give back, when all of it goes that way; undefined when neither helps
 */
export function refit({ kind, amount }: Fitted, leg: Leg): Fitted | undefined {
  const reserved = leg.amount - leg.complete - leg.release;
  const left: Readonly<Record<MoveKind, bigint>> = {
    ...{ complete: reserved, release: reserved },
    refund: leg.complete - leg.refund,
  };
  if (amount <= left[kind]) return undefined;
  if (kind === 'complete') return { kind, amount: left.complete };
  return amount <= left[OTHER[kind]] ? { kind: OTHER[kind], amount } : undefined;
}
