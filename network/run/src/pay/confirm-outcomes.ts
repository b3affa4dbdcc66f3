// SPDX-License-Identifier: Apache-2.0
// A run reports the state of each order on the ledger at the end, not the answers of the steps.
import type { OrderState } from '@fabric-offline-pay/domain';
import { inParallel } from '@fabric-offline-pay/node-common';
import { ifFound, type Client } from '@fabric-offline-pay/sdk';
import type { FinalState, OrderOutcome } from './outcome.js';

type OrderNumbers = Pick<Client['orderNumber'], 'readOrder' | 'readTerms'>;

const AT_ONCE = 16;

/** The state of the order that this row placed. Another row may have placed an order with this number. */
export interface Standing {
  readonly state: OrderState;
  readonly isHeld: boolean;
}

type Placed = Pick<OrderOutcome, 'merchantId' | 'orderNumber' | 'loginId'>;

/** @returns undefined when another login placed the order, or none did. */
export async function standingOf(
  ledger: OrderNumbers,
  { merchantId, orderNumber, loginId }: Placed,
): Promise<Standing | undefined> {
  const key = { merchantId, orderNumber };
  const placed = await ifFound(ledger.readTerms(key));
  if (placed?.terms.loginId !== loginId) return undefined;
  const order = await ifFound(ledger.readOrder(key));
  return order && { state: order.state, isHeld: order.hold !== null };
}

/** The state of a row that a step ended: before money was held, or with an order that needs a person. */
export const stateAfter = (
  ended: 'refused' | 'unfinished',
  standing: Standing | undefined,
): FinalState => (standing?.isHeld === true ? standing.state : ended);

function finalState({ state }: OrderOutcome, standing: Standing | undefined): FinalState {
  if (state === 'refused' || state === 'unfinished') return stateAfter(state, standing);
  return state === 'replayed' ? state : (standing?.state ?? state);
}

/** @returns the outcomes in their order, with the present states on the ledger. */
export async function confirmOutcomes(
  ledger: OrderNumbers,
  outcomes: readonly OrderOutcome[],
): Promise<readonly OrderOutcome[]> {
  const confirmed = new Map<OrderOutcome, OrderOutcome>();
  await inParallel(outcomes, AT_ONCE, async (outcome) => {
    const standing = await standingOf(ledger, outcome);
    const state = finalState(outcome, standing);
    confirmed.set(outcome, { ...outcome, state, ledger: standing?.state ?? null });
  });
  return outcomes.map((outcome) => confirmed.get(outcome) ?? outcome);
}
