// SPDX-License-Identifier: Apache-2.0
// What the bank's node does next with an order (units 13 → 15 → 14 → 17): by what the ledger says of it now. Pure.
import { holds, type OutputOf } from '@fabric-offline-pay/domain';

/** An order, as a query shows it. */
export type ShownOrder = OutputOf<'orderNumber', 'readOrder'>;

/** A transaction of the bank's node. */
export type SettlingStep =
  'settle' | 'compare' | 'compareOrder' | 'capture' | 'void' | 'storePurchase';

type Ordered = Pick<ShownOrder, 'mode' | 'state' | 'verification' | 'hold'>;

const isIn =
  (...states: readonly ShownOrder['state'][]) =>
  ({ state }: Ordered): boolean =>
    states.includes(state);

const isVerified = ({ verification }: Ordered): boolean =>
  verification === 'clean' || verification === 'resolved';

const isHeld = ({ hold }: Ordered): boolean => hold !== null && holds.uncaptured(hold) !== '0';

/** The express leg that captures also stores the purchase. One whose alarm was resolved did not capture. */
const isStoredApart = ({ mode, verification }: Ordered): boolean =>
  mode === 'stepwise' || verification === 'resolved';

/** In order: the first that applies is next. */
const STEPS: readonly {
  readonly step: SettlingStep;
  readonly when: readonly ((order: Ordered) => boolean)[];
}[] = [
  { step: 'settle', when: [isIn('categoryChecked'), ({ mode }) => mode === 'express'] },
  { step: 'compare', when: [isIn('categoryChecked')] },
  {
    step: 'compareOrder',
    when: [isIn('matched', 'mismatched'), ({ verification }) => verification === 'none'],
  },
  { step: 'capture', when: [isIn('matched'), isVerified, isHeld] },
  { step: 'void', when: [isIn('blocked'), ({ verification }) => verification === 'upheld'] },
  { step: 'storePurchase', when: [isIn('captured', 'released'), isVerified, isStoredApart] },
];

/** @returns undefined while an order waits for somebody else, such as an operator who decides its alarm, or is done */
export const nextStep = (order: Ordered): SettlingStep | undefined =>
  STEPS.find(({ when }) => when.every((applies) => applies(order)))?.step;
