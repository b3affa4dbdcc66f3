// SPDX-License-Identifier: Apache-2.0
// What the stepwise bank node and the bank's express leg share: capturing the held money of an order that matched.
import {
  ensure,
  found,
  holds,
  isAtLeast,
  nextState,
  type Amount,
  type Hold,
  type OrderEvent,
  type OrderRow,
  type Policy,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit } from './accounts.js';
import { creditPayees } from './payees.js';
import { policyRow } from './rows.js';

export const holdOf = (order: OrderRow): Hold =>
  found(order.hold ?? undefined, 'STATE_CONFLICT', { state: order.state });

/**
 * The gate of units 15 and 16: the verification is clean, or its alarm is resolved. @throws {DomainError} ALARM_OPEN or
 * VERIFICATION_MISSING.
 */
export function ensureVerified(order: OrderRow): void {
  ensure(order.verification !== 'alarm' && order.verification !== 'upheld', 'ALARM_OPEN', {
    verification: order.verification,
  });
  ensure(order.verification !== 'none', 'VERIFICATION_MISSING', { unit: '15' });
}

/** Whether the delivery is certain, so that no money waits for it. */
export const isDelivered = ({ delivery }: OrderRow): boolean => delivery === 'delivered';

/**
 * A delivery proved by the customer's secret is certain at once. Any other is certain after a time in which it may be
 * disputed.
 * @returns the end of that time, or undefined for a delivery that does not need it
 */
export const believedFrom = (
  { delivery, deliveredAt }: OrderRow,
  { unprovenSeconds }: Pick<Policy, 'unprovenSeconds'>,
): number | undefined =>
  delivery === 'deliveredUnproven' && deliveredAt !== null
    ? deliveredAt + unprovenSeconds
    : undefined;

/** Whether the merchant's part is credited at the capture. */
const isReleasedAtOnce = (order: OrderRow): boolean =>
  holdOf(order).release === 'match' || isDelivered(order);

/** @returns the order after a full capture: released at once, unless it waits for the delivery. */
export const releasedAtOnce = (order: OrderRow): OrderRow =>
  order.state === 'captured' && isReleasedAtOnce(order)
    ? { ...order, state: nextState(order.state, 'release') }
    : order;

/** Gives back what was never captured. @returns the order after the event, not yet written */
export async function giveRestBack(
  call: Call,
  order: OrderRow,
  event: OrderEvent,
): Promise<OrderRow> {
  const { hold, returned } = holds.voidRest(holdOf(order));
  await credit(call, order.customerId, hold.currency, returned);
  return releasedAtOnce({ ...order, hold, state: nextState(order.state, event) });
}

/** Ends the captures of a partly captured hold by giving back the rest. Any other order stays as it is. */
export const endCapturing = async (call: Call, order: OrderRow): Promise<OrderRow> =>
  order.state === 'partiallyCaptured' ? giveRestBack(call, order, 'voidRest') : order;

/** The merchant decides what it takes. @throws {DomainError} CLAIM_EXCEEDED. */
function ensureClaimed({ claimed }: OrderRow, hold: Hold): void {
  if (claimed === undefined) return;
  const { captured } = hold;
  ensure(isAtLeast(claimed, captured), 'CLAIM_EXCEEDED', { claimed, captured });
}

/** Unit 14: captures an amount, and credits the merchant when the money does not wait. @returns the order, not yet written */
export async function captureAmount(
  call: Call,
  order: OrderRow,
  captureId: string,
  amount: Amount,
): Promise<OrderRow> {
  ensureVerified(order);
  const { deliverySeconds } = await policyRow(call);
  const terms = { now: call.now, deliverySeconds, isDelivered: isDelivered(order) };
  const { hold, credits } = holds.capture(holdOf(order), captureId, amount, terms);
  ensureClaimed(order, hold);
  const event = holds.uncaptured(hold) === '0' ? 'captureRest' : 'capturePart';
  creditPayees(call, order, hold.currency, credits, captureId);
  return releasedAtOnce({ ...order, hold, state: nextState(order.state, event) });
}
