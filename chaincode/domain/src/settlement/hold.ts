// SPDX-License-Identifier: Apache-2.0
// The money of one order: authorised, captured in parts, released to the payees, refunded, voided. Every function
// returns a new hold and asserts that nothing appears or vanishes.
import { ensure } from '../base/errors.js';
import {
  addAmounts,
  isAtLeast,
  minimumAmount,
  subtractAmounts,
  toUnits,
  type Amount,
} from '../base/money.js';
import type { Hold, OrderTerms, ReleaseAt } from '../ledger/rows.js';

/** How an amount divides between the two payees of an order. */
export interface Shares {
  readonly merchant: Amount;
  readonly logistics: Amount;
}

/** What still stands on the hold: neither given back nor credited. */
export const standing = (hold: Hold): Amount =>
  [hold.voided, hold.released, hold.refundedHeld].reduce(subtractAmounts, hold.authorised);

/** What may still be captured. */
export const uncaptured = (hold: Hold): Amount =>
  subtractAmounts(subtractAmounts(hold.authorised, hold.captured), hold.voided);

/** Delivery is made in any case, so its fee is paid first; the rest is the merchant's. */
const sharesOfSum = (hold: Hold, sum: Amount): Shares => {
  const logistics = minimumAmount(sum, hold.fee);
  return { logistics, merchant: subtractAmounts(sum, logistics) };
};

/** The merchant's part of what was captured and not refunded: the most that can be refunded. */
export function refundable(hold: Hold): Amount {
  const { merchant } = sharesOfSum(hold, hold.captured);
  return isAtLeast(merchant, hold.refunded) ? subtractAmounts(merchant, hold.refunded) : '0';
}

/** Asserts what every hold must satisfy, whatever was done to it. */
function checked(hold: Hold): Hold {
  const [authorised, voided, captured, released, refunded, refundedHeld] = (
    ['authorised', 'voided', 'captured', 'released', 'refunded', 'refundedHeld'] as const
  ).map((field) => toUnits(hold[field])) as [bigint, bigint, bigint, bigint, bigint, bigint];
  const sound =
    captured + voided <= authorised &&
    released + refundedHeld <= captured &&
    refundedHeld <= refunded &&
    refunded <= captured;
  ensure(sound, 'INTERNAL', { invariant: 'hold' });
  return hold;
}

export const openHold = (terms: OrderTerms, release: ReleaseAt, now: number): Hold =>
  checked({
    currency: terms.currency,
    authorised: terms.total,
    voided: '0',
    captured: '0',
    released: '0',
    refunded: '0',
    refundedHeld: '0',
    fee: terms.fee,
    release,
    expiresAt: now + terms.holdSeconds,
    captures: {},
    refunds: {},
  });

/**
 * Captures an amount, once a key.
 * @throws {DomainError} HOLD_EXPIRED, HOLD_EXCEEDED, or IDEMPOTENCY_CONFLICT for a key that was used.
 */
export function capture(
  hold: Hold,
  captureId: string,
  amount: Amount,
  now: number,
): { hold: Hold; credits: Shares } {
  ensure(now < hold.expiresAt, 'HOLD_EXPIRED', { expiresAt: hold.expiresAt });
  ensure(!Object.hasOwn(hold.captures, captureId), 'IDEMPOTENCY_CONFLICT', { captureId });
  ensure(isAtLeast(uncaptured(hold), amount), 'HOLD_EXCEEDED', { rest: uncaptured(hold), amount });
  const captured = addAmounts(hold.captured, amount);
  const atMatch = hold.release === 'match';
  const before = sharesOfSum(hold, hold.captured);
  const after = sharesOfSum(hold, captured);
  const next = checked({
    ...hold,
    captured,
    released: atMatch ? captured : hold.released,
    captures: { ...hold.captures, [captureId]: amount },
  });
  const credits = atMatch
    ? {
        merchant: subtractAmounts(after.merchant, before.merchant),
        logistics: subtractAmounts(after.logistics, before.logistics),
      }
    : { merchant: '0', logistics: '0' };
  return { hold: next, credits };
}

/** What was captured and is neither credited nor given back yet. */
const unreleased = (hold: Hold): Amount =>
  [hold.released, hold.refundedHeld].reduce(subtractAmounts, hold.captured);

/**
 * Credits everything captured and not refunded, after delivery: the delivery in full, the merchant what is left.
 * @throws {DomainError} STATE_CONFLICT when nothing waits to be released.
 */
export function release(hold: Hold): { hold: Hold; credits: Shares } {
  const due = unreleased(hold);
  ensure(hold.release === 'delivery' && due !== '0', 'STATE_CONFLICT', { released: hold.released });
  const logistics = minimumAmount(sharesOfSum(hold, hold.captured).logistics, due);
  const credits = { merchant: subtractAmounts(due, logistics), logistics };
  return { hold: checked({ ...hold, released: addAmounts(hold.released, due) }), credits };
}

/** Gives back what was never captured. */
export function voidRest(hold: Hold): { hold: Hold; returned: Amount } {
  const returned = uncaptured(hold);
  return { hold: checked({ ...hold, voided: addAmounts(hold.voided, returned) }), returned };
}

/** Whether refunds come out of the payee's balance (after release) or out of the hold (before). */
export const isReleased = (hold: Hold): boolean =>
  hold.release === 'match' || hold.released !== '0';

/**
 * Refunds an amount of the merchant's part, once a key.
 * @throws {DomainError} REFUND_EXCEEDED, or IDEMPOTENCY_CONFLICT for a key that was used.
 */
export function refund(hold: Hold, refundId: string, amount: Amount): Hold {
  ensure(!Object.hasOwn(hold.refunds, refundId), 'IDEMPOTENCY_CONFLICT', { refundId });
  ensure(isAtLeast(refundable(hold), amount), 'REFUND_EXCEEDED', {
    rest: refundable(hold),
    amount,
  });
  return checked({
    ...hold,
    refunded: addAmounts(hold.refunded, amount),
    refundedHeld: isReleased(hold) ? hold.refundedHeld : addAmounts(hold.refundedHeld, amount),
    refunds: { ...hold.refunds, [refundId]: amount },
  });
}

/** Gives back everything captured that is not released yet, delivery included: nothing was delivered. */
export function unwind(hold: Hold): { hold: Hold; returned: Amount } {
  const returned = unreleased(hold);
  const next = checked({
    ...hold,
    refunded: addAmounts(hold.refunded, returned),
    refundedHeld: addAmounts(hold.refundedHeld, returned),
  });
  return { hold: next, returned };
}
