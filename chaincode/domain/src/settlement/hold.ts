// SPDX-License-Identifier: Apache-2.0
// The money of one order: authorised, captured in parts, released to the payees, refunded, voided. Every function returns a
// new hold and asserts that no money appears or vanishes.
import { ensure, type ErrorCode } from '../base/errors.js';
import {
  addAmounts,
  isAtLeast,
  minimumAmount,
  subtractAmounts,
  toUnits,
  type Amount,
} from '../base/money.js';
import type { Hold, OrderTerms } from '../ledger/order-shapes.js';
import type { ReleaseAt } from '../policy/policy.js';

/** How an amount is divided between the two payees of an order. */
export interface Shares {
  readonly merchant: Amount;
  readonly logistics: Amount;
}

/** The rest on the hold: neither given back nor credited. */
export const standing = (hold: Hold): Amount =>
  [hold.voided, hold.released, hold.refundedHeld].reduce(subtractAmounts, hold.authorised);

/** What may still be captured. */
export const uncaptured = (hold: Hold): Amount =>
  subtractAmounts(subtractAmounts(hold.authorised, hold.captured), hold.voided);

/**
 * What the bank captures next.
 * @param claimed what the merchant claims in all; undefined: everything
 */
export const due = (hold: Hold, claimed: Amount | undefined): Amount => {
  if (claimed === undefined) return uncaptured(hold);
  return isAtLeast(hold.captured, claimed)
    ? '0'
    : minimumAmount(uncaptured(hold), subtractAmounts(claimed, hold.captured));
};

/**
 * A claim counts everything from the first cent on, so that a repeated one claims nothing more.
 * @throws {DomainError} STATE_CONFLICT when nothing is left to claim, or more is captured already; HOLD_EXCEEDED
 */
export function ensureClaimable(hold: Hold, claimed: Amount): void {
  const { captured } = hold;
  const rest = uncaptured(hold);
  ensure(rest !== '0' && isAtLeast(claimed, captured), 'STATE_CONFLICT', { captured, rest });
  const most = addAmounts(captured, rest);
  ensure(isAtLeast(most, claimed), 'HOLD_EXCEEDED', { most, claimed });
}

/** The delivery happens in any case, so its fee is paid first. The rest is for the merchant. */
const sharesOfSum = (hold: Hold, sum: Amount): Shares => {
  const logistics = minimumAmount(sum, hold.fee);
  return { logistics, merchant: subtractAmounts(sum, logistics) };
};

/** Refunds of the merchant's part. */
const merchantRefunded = (hold: Hold): Amount => subtractAmounts(hold.refunded, hold.feeReturned);

/** The merchant's part of what was captured and not refunded: the most that can be refunded. */
export function refundable(hold: Hold): Amount {
  const { merchant } = sharesOfSum(hold, hold.captured);
  const refunded = merchantRefunded(hold);
  return isAtLeast(merchant, refunded) ? subtractAmounts(merchant, refunded) : '0';
}

/** Asserts what every hold must satisfy after every step. */
function assertHold(hold: Hold): Hold {
  const captured = toUnits(hold.captured);
  const released = toUnits(hold.released);
  const refunded = toUnits(hold.refunded);
  const refundedHeld = toUnits(hold.refundedHeld);
  const feeReleased = toUnits(hold.feeReleased);
  const feeReturned = toUnits(hold.feeReturned);
  const sound =
    captured + toUnits(hold.voided) <= toUnits(hold.authorised) &&
    released + refundedHeld <= captured &&
    refundedHeld <= refunded &&
    refunded <= captured &&
    feeReleased <= released &&
    feeReturned <= refundedHeld &&
    feeReleased + feeReturned <= toUnits(hold.fee);
  ensure(sound, 'INTERNAL', { invariant: 'hold' });
  return hold;
}

/** @returns the hold of a new order. Its whole total is authorised. @param now in seconds since 1970 */
export const openHold = (terms: OrderTerms, release: ReleaseAt, now: number): Hold =>
  assertHold({
    currency: terms.currency,
    authorised: terms.total,
    voided: '0',
    captured: '0',
    released: '0',
    feeReleased: '0',
    refunded: '0',
    refundedHeld: '0',
    feeReturned: '0',
    fee: terms.fee,
    release,
    expiresAt: now + terms.holdSeconds,
    deliverBy: null,
    captures: {},
    refunds: {},
  });

/** The most captures and the most refunds of one hold. Each one writes the row. */
const MOST_KEYS = 64;

const ensureRoom = (keys: Readonly<Record<string, Amount>>, code: ErrorCode): void =>
  ensure(Object.keys(keys).length < MOST_KEYS, code, { most: MOST_KEYS });

/** The time of a capture, and what it needs to know about the delivery. */
export interface CaptureTerms {
  readonly now: number;
  /** How long the delivery may take after the first capture. */
  readonly deliverySeconds: number;
  /** Whether the delivery is already certain. Then no money waits for it. */
  readonly isDelivered: boolean;
}

/** The merchant's part of the credited money. */
const merchantReleased = (hold: Hold): Amount => subtractAmounts(hold.released, hold.feeReleased);

const ensureCapturable = (hold: Hold, captureId: string, amount: Amount, now: number): void => {
  ensure(now < hold.expiresAt, 'HOLD_EXPIRED', { expiresAt: hold.expiresAt });
  ensure(!Object.hasOwn(hold.captures, captureId), 'IDEMPOTENCY_CONFLICT', { captureId });
  ensure(isAtLeast(uncaptured(hold), amount), 'HOLD_EXCEEDED', { rest: uncaptured(hold), amount });
  ensureRoom(hold.captures, 'HOLD_EXCEEDED');
};

/**
 * Captures an amount, once per key. The merchant's part is credited at once when it does not wait for the delivery. The
 * delivery fee is credited at the delivery.
 * @throws {DomainError} HOLD_EXPIRED, HOLD_EXCEEDED, or IDEMPOTENCY_CONFLICT for a used key.
 */
export function capture(
  hold: Hold,
  captureId: string,
  amount: Amount,
  { now, deliverySeconds, isDelivered }: CaptureTerms,
): Credited {
  ensureCapturable(hold, captureId, amount, now);
  const claimed = assertHold({
    ...hold,
    captured: addAmounts(hold.captured, amount),
    deliverBy: hold.deliverBy ?? now + deliverySeconds,
    captures: { ...hold.captures, [captureId]: amount },
  });
  if (isDelivered) return settleDelivery(claimed);
  const merchant = hold.release === 'match' ? merchantDue(claimed) : '0';
  return takeCredits(claimed, { merchant, logistics: '0' });
}

/** The merchant's part that is still on the hold. */
const merchantDue = (hold: Hold): Amount =>
  [merchantReleased(hold), subtractAmounts(hold.refundedHeld, hold.feeReturned)].reduce(
    subtractAmounts,
    sharesOfSum(hold, hold.captured).merchant,
  );

/** The delivery fee that is still on the hold. */
const feeDue = (hold: Hold): Amount =>
  [hold.feeReleased, hold.feeReturned].reduce(
    subtractAmounts,
    sharesOfSum(hold, hold.captured).logistics,
  );

/** A hold, and what the payees get from it. */
interface Credited {
  readonly hold: Hold;
  readonly credits: Shares;
}

const takeCredits = (hold: Hold, credits: Shares): Credited => ({
  hold: assertHold({
    ...hold,
    released: addAmounts(hold.released, credits.merchant, credits.logistics),
    feeReleased: addAmounts(hold.feeReleased, credits.logistics),
  }),
  credits,
});

/** Whether the delivery fee is captured, so that the courier is sure to get it. */
export const isFeeCaptured = (hold: Hold): boolean =>
  hold.captured !== '0' && isAtLeast(hold.captured, hold.fee);

/** Credits the delivery fee, and the merchant's part that waited for the delivery. */
export const settleDelivery = (hold: Hold): Credited =>
  takeCredits(hold, { merchant: merchantDue(hold), logistics: feeDue(hold) });

/** Credits only the delivery fee. The merchant's part waits for the decision of a dispute. */
export const settleFee = (hold: Hold): Credited =>
  takeCredits(hold, { merchant: '0', logistics: feeDue(hold) });

/**
 * Whether most of the captured money went back. Returning one cent must not lower the weight of a customer's success or bad
 * opinion. A merchant that returned most of the money has gained nothing from the order.
 */
export const isPaidBack = ({ refunded, captured }: Pick<Hold, 'refunded' | 'captured'>): boolean =>
  2n * toUnits(refunded) > toUnits(captured);

/** Gives back the part that was never captured. */
export function voidRest(hold: Hold): { hold: Hold; returned: Amount } {
  const returned = uncaptured(hold);
  return { hold: assertHold({ ...hold, voided: addAmounts(hold.voided, returned) }), returned };
}

/** Whether refunds come from the payee's balance (after release) or from the hold (before). */
export const isReleased = (hold: Hold): boolean =>
  hold.release === 'match' || merchantReleased(hold) !== '0';

/**
 * Refunds an amount of the merchant's part, once per key.
 * @throws {DomainError} REFUND_EXCEEDED, or IDEMPOTENCY_CONFLICT for a used key.
 */
export function refund(hold: Hold, refundId: string, amount: Amount): Hold {
  ensureRoom(hold.refunds, 'REFUND_EXCEEDED');
  return refundUpheld(hold, refundId, amount);
}

/** Like {@link refund}, but without a limit on their number, because a decision for the customer must not fail. */
export function refundUpheld(hold: Hold, refundId: string, amount: Amount): Hold {
  ensure(!Object.hasOwn(hold.refunds, refundId), 'IDEMPOTENCY_CONFLICT', { refundId });
  ensure(isAtLeast(refundable(hold), amount), 'REFUND_EXCEEDED', {
    rest: refundable(hold),
    amount,
  });
  return assertHold({
    ...hold,
    refunded: addAmounts(hold.refunded, amount),
    refundedHeld: isReleased(hold) ? hold.refundedHeld : addAmounts(hold.refundedHeld, amount),
    refunds: { ...hold.refunds, [refundId]: amount },
  });
}

/** Gives back everything captured that is not credited yet. For undelivered goods that includes the delivery fee. */
export function unwind(hold: Hold): { hold: Hold; returned: Amount } {
  const fee = feeDue(hold);
  const returned = addAmounts(merchantDue(hold), fee);
  const next = assertHold({
    ...hold,
    refunded: addAmounts(hold.refunded, returned),
    refundedHeld: addAmounts(hold.refundedHeld, returned),
    feeReturned: addAmounts(hold.feeReturned, fee),
  });
  return { hold: next, returned };
}
