// SPDX-License-Identifier: Apache-2.0
// What a person must do about an order whose money was held when a step failed.
import type { OrderState } from '@fabric-offline-pay/domain';

const DECIDE = 'An operator decides the alarm: offpay resolve.';
const CLAIM =
  'The money is held: claim it (offpay settlement capture); where that is refused, give it back (offpay settlement void).';
const GIVE_BACK =
  'The money is held, and nobody can claim it: give it back (offpay settlement void), or its hold ends by itself.';
const PAID = 'It is paid: do the failed steps by hand (offpay settlement, offpay logistics).';
const OVER = 'The customer has the money back: nothing to do.';

const ADVICE: Readonly<Partial<Record<OrderState, string>>> = {
  authorised: GIVE_BACK,
  merchantVerified: GIVE_BACK,
  categoryChecked: GIVE_BACK,
  matched: CLAIM,
  mismatched: DECIDE,
  blocked: DECIDE,
  partiallyCaptured:
    'One part is paid: claim the rest (offpay settlement capture) or give it back (void).',
  captured: PAID,
  released: PAID,
  disputed: 'An operator decides the dispute: offpay settlement resolve-dispute.',
  voided: OVER,
  expired: OVER,
  refunded: OVER,
};

const AGAIN = 'Something did not answer: run the same files again.';

/**
 * @param isOver whether a rule refused; else the next run continues
 * @param ledger the state at the end of the run; null when the row placed no order
 */
export const adviceFor = (isOver: boolean, ledger: OrderState | null): string | null => {
  if (!isOver) return AGAIN;
  return ledger === null ? null : (ADVICE[ledger] ?? null);
};
