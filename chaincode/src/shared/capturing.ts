// SPDX-License-Identifier: Apache-2.0
// What the stepwise bank node and the bank's express leg do alike: claim held money of an order that matched.
import {
  ensure,
  found,
  holds,
  nextState,
  type Amount,
  type Hold,
  type OrderRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { creditPayees } from './payees.js';

export const holdOf = (order: OrderRow): Hold =>
  found(order.hold ?? undefined, 'STATE_CONFLICT', { state: order.state });

/** The gate of units 15 and 16: clean, or its alarm resolved. @throws {DomainError} ALARM_OPEN or VERIFICATION_MISSING. */
export function ensureVerified(order: OrderRow): void {
  ensure(order.verification !== 'alarm' && order.verification !== 'upheld', 'ALARM_OPEN', {
    verification: order.verification,
  });
  ensure(order.verification !== 'none', 'VERIFICATION_MISSING', { unit: '15' });
}

/** @returns the order as money at match leaves it: released at once, unless delivery comes first. */
export const releasedAtMatch = (order: OrderRow): OrderRow =>
  order.state === 'captured' && holdOf(order).release === 'match'
    ? { ...order, state: nextState(order.state, 'release') }
    : order;

/** Unit 14: captures an amount and credits the payees when release is at match. Returns the order, not yet written. */
export function captureAmount(
  call: Call,
  order: OrderRow,
  captureId: string,
  amount: Amount,
): OrderRow {
  ensureVerified(order);
  const before = holdOf(order);
  const { hold, credits } = holds.capture(before, captureId, amount, call.now);
  const event = holds.uncaptured(hold) === '0' ? 'captureRest' : 'capturePart';
  creditPayees(call, order, hold.currency, credits, captureId);
  return releasedAtMatch({ ...order, hold, state: nextState(order.state, event) });
}
