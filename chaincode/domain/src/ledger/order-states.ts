// SPDX-License-Identifier: Apache-2.0
// The life of an order, as a table: for each event its start states, its next state, and the unit that causes it.
import { ensure } from '../base/errors.js';
import type { UnitId } from '../patent/units.js';

export const ORDER_STATES = [
  'basket',
  'quoted',
  'placed',
  'authorised',
  'merchantVerified',
  'categoryChecked',
  'matched',
  'mismatched',
  'blocked',
  'partiallyCaptured',
  'captured',
  'released',
  'voided',
  'expired',
  'disputed',
  'refunded',
  'paidOffline',
  'settled',
] as const;

/** A state of an order. */
export type OrderState = (typeof ORDER_STATES)[number];

interface Transition {
  readonly event: string;
  readonly from: readonly OrderState[];
  readonly to: OrderState;
  readonly unit: UnitId | null;
}

/** States in which money is held and nothing was captured. */
const HELD: readonly OrderState[] = [
  'authorised',
  'merchantVerified',
  'categoryChecked',
  'matched',
  'mismatched',
  'blocked',
];

export const TRANSITIONS = [
  { event: 'quote', from: ['basket'], to: 'quoted', unit: '11' },
  { event: 'place', from: ['quoted'], to: 'placed', unit: null },
  { event: 'authorise', from: ['placed'], to: 'authorised', unit: null },
  { event: 'verifyMerchant', from: ['authorised'], to: 'merchantVerified', unit: '10' },
  { event: 'checkCategories', from: ['merchantVerified'], to: 'categoryChecked', unit: '12' },
  { event: 'match', from: ['categoryChecked'], to: 'matched', unit: '13' },
  { event: 'mismatch', from: ['categoryChecked'], to: 'mismatched', unit: '13' },
  { event: 'raiseAlarm', from: ['matched', 'mismatched'], to: 'blocked', unit: '16' },
  { event: 'resolveAlarm', from: ['blocked'], to: 'matched', unit: '16' },
  {
    event: 'capturePart',
    from: ['matched', 'partiallyCaptured'],
    to: 'partiallyCaptured',
    unit: '14',
  },
  { event: 'captureRest', from: ['matched', 'partiallyCaptured'], to: 'captured', unit: '14' },
  { event: 'voidRest', from: ['partiallyCaptured'], to: 'captured', unit: '14' },
  { event: 'release', from: ['captured'], to: 'released', unit: '14' },
  { event: 'releaseRest', from: ['refunded'], to: 'refunded', unit: '14' },
  // For an order released at match, only the delivery fee was waiting.
  { event: 'releaseFee', from: ['released'], to: 'released', unit: '14' },
  { event: 'releasePart', from: ['partiallyCaptured'], to: 'partiallyCaptured', unit: '14' },
  { event: 'void', from: HELD, to: 'voided', unit: null },
  { event: 'expire', from: HELD, to: 'expired', unit: null },
  { event: 'dispute', from: ['captured', 'released', 'refunded'], to: 'disputed', unit: null },
  // The goods never came. The rest of the money goes back, including the delivery fee.
  {
    event: 'returnUndelivered',
    from: ['captured', 'released', 'refunded'],
    to: 'refunded',
    unit: null,
  },
  {
    event: 'refund',
    from: ['captured', 'released', 'disputed', 'refunded'],
    to: 'refunded',
    unit: null,
  },
  // Paid by voucher. Goods taken along are settled at once. For a delivery, the reserve funds the hold, which goes on like
  // any other.
  { event: 'payOffline', from: ['quoted'], to: 'paidOffline', unit: null },
  { event: 'settle', from: ['paidOffline'], to: 'settled', unit: null },
  { event: 'fundFromReserve', from: ['paidOffline'], to: 'authorised', unit: null },
  { event: 'refuseVoucher', from: ['paidOffline'], to: 'voided', unit: null },
  { event: 'refundSettled', from: ['settled', 'refunded'], to: 'refunded', unit: null },
] as const satisfies readonly Transition[];

/** An event of an order. */
export type OrderEvent = (typeof TRANSITIONS)[number]['event'];

/**
 * @returns the state that the event leads to.
 * @throws {DomainError} STATE_CONFLICT when the event may not happen in this state.
 */
export function nextState(state: OrderState, event: OrderEvent): OrderState {
  const transition: Transition | undefined = TRANSITIONS.find((entry) => entry.event === event);
  ensure(transition?.from.includes(state) === true, 'STATE_CONFLICT', {
    state,
    event,
    expected: transition?.from,
  });
  return transition.to;
}

const BEFORE_MONEY: readonly OrderState[] = ['basket', 'quoted', 'placed'];

/** @returns whether the order holds no money yet: it is before unit 10, or was abandoned or refused there. */
export const isBeforeMoney = (state: OrderState): boolean => BEFORE_MONEY.includes(state);
