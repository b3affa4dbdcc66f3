// SPDX-License-Identifier: Apache-2.0
// How much of a funded order's money is final at the host, and how much goes back (unit 14): from the order's hold as it is now. Pure.
// The customer's own money pays first, and what a merchant gives back goes to the instrument first.
import { toUnits, type Amount } from '@fabric-offline-pay/domain';
import type { MoveKind } from '../database/funding-tables.js';

/** An issued deduction, with what was already planned of it, by how the host is asked for it; minor units. */
export interface Leg {
  readonly leg: number;
  readonly amount: bigint;
  readonly complete: bigint;
  readonly release: bigint;
  readonly refund: bigint;
}

/** What the ledger says of the order's money. */
export interface HoldView {
  readonly authorised: Amount;
  readonly captured: Amount;
  readonly voided: Amount;
  readonly refunded: Amount;
}

/** A further part of a leg. */
export interface PlannedMove {
  readonly leg: number;
  readonly kind: MoveKind;
  readonly amount: bigint;
}

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));

const positive = (value: bigint): bigint => (value > 0n ? value : 0n);

const sumOf = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

const plannedOf = (legs: readonly Leg[], kind: MoveKind): bigint =>
  sumOf(legs.map((leg) => leg[kind]));

/**
 * What of all legs together is to be complete, released and refunded. What went back as the other kind than planned, as hosts were asked by a
 * version of the node that left it to the port, has gone back: only as much of each is planned as both together lack, and what is left
 * reserved then is completed.
 */
function targets(total: bigint, legs: readonly Leg[], hold: HoldView): Record<MoveKind, bigint> {
  const funded = sumOf(legs.map(({ amount }) => amount));
  const [captured, voided] = [toUnits(hold.captured), toUnits(hold.voided)];
  const paid = least(positive(captured - positive(total - funded)), funded);
  const isOver = captured + voided >= toUnits(hold.authorised);
  const unneeded = isOver ? funded - paid : 0n;
  const back = unneeded + least(toUnits(hold.refunded), paid);
  const released = plannedOf(legs, 'release');
  const lacking = back - released - plannedOf(legs, 'refund');
  const reserved = funded - plannedOf(legs, 'complete') - released;
  const release = released + positive(least(unneeded - released, lacking, reserved));
  const most = funded - release;
  return { complete: isOver ? most : least(paid, most), release, refund: back - release };
}

/** The part of a leg that a kind may still take. */
const roomOf = ({ amount, complete, release, refund }: Leg, kind: MoveKind): bigint =>
  positive(kind === 'refund' ? complete - refund : amount - complete - release);

/** Spreads an amount over the legs, the first first. */
function spread(legs: readonly Leg[], kind: MoveKind, amount: bigint): PlannedMove[] {
  let left = amount;
  return legs.flatMap((leg) => {
    const part = least(left, roomOf(leg, kind));
    left -= part;
    return part > 0n ? [{ leg: leg.leg, kind, amount: part }] : [];
  });
}

const withMoves = (legs: readonly Leg[], moves: readonly PlannedMove[]): readonly Leg[] =>
  legs.map((leg) =>
    moves
      .filter((move) => move.leg === leg.leg)
      .reduce((grown, { kind, amount }) => ({ ...grown, [kind]: grown[kind] + amount }), leg),
  );

/** Planned and carried out in this order: only what is complete can be refunded, and what is released is never completed. */
const KINDS: readonly MoveKind[] = ['complete', 'release', 'refund'];

/** Tells one part of an order's deductions from the others. */
type Place = Pick<PlannedMove, 'leg' | 'kind'> & { readonly number: number };

/** @returns the parts as they are to be carried out, those that were planned first before others of their kind */
export const inOrder = <Move extends Place>(moves: readonly Move[]): Move[] =>
  [...moves].sort(
    (a, b) => a.leg - b.leg || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.number - b.number,
  );

/**
 * @param total what the order holds
 * @param legs the issued deductions
 * @returns what is to be done beyond what was planned already; nothing when the ledger says nothing new
 */
export function planMoves(total: Amount, legs: readonly Leg[], hold: HoldView): PlannedMove[] {
  const wanted = targets(toUnits(total), legs, hold);
  const planned: PlannedMove[] = [];
  for (const kind of KINDS) {
    const now = withMoves(legs, planned);
    const missing = positive(wanted[kind] - plannedOf(now, kind));
    planned.push(...spread(now, kind, missing));
  }
  return planned;
}

/** Of an order that was funded and never held its money: everything goes back. */
export const planReturn = (legs: readonly Leg[]): PlannedMove[] =>
  spread(legs, 'release', sumOf(legs.map((leg) => roomOf(leg, 'release'))));

/** Another order of the customer that counts on the account. */
export interface Reliance {
  readonly total: Amount;
  /** Of its deductions that are certainly not on the account yet. */
  readonly coming: Amount;
}

/** What of the money on an account is not for a new order. */
export interface Promised {
  /** Orders that are ready, or for which is deducted, and that have not held their money yet. */
  readonly others: readonly Reliance[];
  /** What goes back to instruments, and has not left the account yet. */
  readonly leaving: Amount;
}

/**
 * @param available on the account
 * @returns what an order lacks, minor units
 */
export function shortfall(total: Amount, available: Amount, { others, leaving }: Promised): bigint {
  const relied = sumOf(others.map(({ total: all, coming }) => toUnits(all) - toUnits(coming)));
  return positive(toUnits(total) - positive(toUnits(available) - relied - toUnits(leaving)));
}
