// SPDX-License-Identifier: Apache-2.0
// What a run reports of an order is what the ledger says at its end, whatever a step answered.
import type { OrderState } from '@fabric-offline-pay/domain';
import { ifFound, type Client } from '@fabric-offline-pay/sdk';
import { inParallel } from '../system/in-parallel';
import type { FinalState, OrderOutcome } from './outcome';

type OrderNumbers = Pick<Client['orderNumber'], 'readOrder' | 'readTerms'>;

const AT_ONCE = 16;

/** Where an order stands that this row placed: another row may bear its number. */
interface Standing {
  readonly state: OrderState;
  readonly isHeld: boolean;
}

async function standingOf(
  ledger: OrderNumbers,
  { merchantId, orderNumber, loginId }: OrderOutcome,
): Promise<Standing | undefined> {
  const key = { merchantId, orderNumber };
  const placed = await ifFound(ledger.readTerms(key));
  if (placed?.terms.loginId !== loginId) return undefined;
  const order = await ifFound(ledger.readOrder(key));
  return order && { state: order.state, isHeld: order.hold !== null };
}

/** A refusal before money was held is the end of the row; one after it leaves an order that somebody must look after. */
function finalState({ state }: OrderOutcome, standing: Standing | undefined): FinalState {
  if (standing === undefined || state === 'replayed') return state;
  return state === 'refused' && !standing.isHeld ? state : standing.state;
}

/** @returns the outcomes in their order, as they stand on the ledger now. */
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
