// SPDX-License-Identifier: Apache-2.0
// What a bank's node does next with an order (units 13 → 15 → 14 → 17), by what the ledger says of it now.
import type { ShownOrder } from '../ledger/order-shapes.js';
import { due } from './hold.js';

/** A transaction of the bank's node. */
export type BankStep = 'settle' | 'compare' | 'compareOrder' | 'capture' | 'void' | 'storePurchase';

/** What decides the next step. */
export type Settled = Pick<ShownOrder, 'mode' | 'state' | 'verification' | 'hold' | 'claimed'>;

/** The key of the capture by an express leg, and of the first one of a stepwise order. */
export const FIRST_CAPTURE = 'claim-1';

const isIn =
  (...states: readonly ShownOrder['state'][]) =>
  ({ state }: Settled): boolean =>
    states.includes(state);

const isVerified = ({ verification }: Settled): boolean =>
  verification === 'clean' || verification === 'resolved';

/** What the merchant claims and the bank has not captured, in minor units; '0' without a hold. */
export const captureDue = ({ hold, claimed }: Pick<Settled, 'hold' | 'claimed'>): string =>
  hold === null ? '0' : due(hold, claimed);

const isCaptureDue = (order: Settled): boolean => captureDue(order) !== '0';

/** An express leg that captures also stores the purchase. */
const isStoredByLeg = ({ mode, verification, hold }: Settled): boolean =>
  mode === 'express' &&
  verification === 'clean' &&
  Object.hasOwn(hold?.captures ?? {}, FIRST_CAPTURE);

/** In order: the first that applies is next. */
const STEPS: readonly {
  readonly step: BankStep;
  readonly when: readonly ((order: Settled) => boolean)[];
}[] = [
  { step: 'settle', when: [isIn('categoryChecked'), ({ mode }) => mode === 'express'] },
  { step: 'compare', when: [isIn('categoryChecked')] },
  {
    step: 'compareOrder',
    when: [isIn('matched', 'mismatched'), ({ verification }) => verification === 'none'],
  },
  { step: 'capture', when: [isIn('matched', 'partiallyCaptured'), isVerified, isCaptureDue] },
  { step: 'void', when: [isIn('blocked'), ({ verification }) => verification === 'upheld'] },
  {
    step: 'storePurchase',
    when: [isIn('captured', 'released'), isVerified, (order) => !isStoredByLeg(order)],
  },
];

/** @returns undefined while an order waits for somebody else, such as an operator who decides its alarm, or is done */
export const bankStep = (order: Settled): BankStep | undefined =>
  STEPS.find(({ when }) => when.every((applies) => applies(order)))?.step;

/**
 * The key of the next capture. It follows from the captures that there are, so that two machines of a bank take the same one.
 * @param order with a hold
 */
export function nextCaptureId({ mode, hold }: Pick<Settled, 'mode' | 'hold'>): string {
  const before = Object.keys(hold?.captures ?? {}).length;
  return before === 0 && mode === 'stepwise' ? FIRST_CAPTURE : `claim-${Math.max(before, 1) + 1}`;
}
