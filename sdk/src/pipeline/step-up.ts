// SPDX-License-Identifier: Apache-2.0
// Only the ledger knows whether an order needs both factors bound to it, because it adds up everything that the customer paid.
import type { OrderTerms } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';
import type { Purchase } from './purchase.js';

const asksForStepUp = (error: unknown): boolean =>
  error instanceof RefusedError && error.code === 'STEP_UP_REQUIRED';

/**
 * Submits a transaction that holds money. When the ledger asks for a step-up, the customer passes it, and the transaction is
 * submitted again.
 * @throws {RefusedError} STEP_UP_REQUIRED when the purchase has no `stepUp`, or the factors did not both pass
 */
export async function withStepUp<Result>(
  { stepUp }: Pick<Purchase, 'stepUp'>,
  terms: OrderTerms,
  submit: () => Promise<Result>,
): Promise<Result> {
  try {
    return await submit();
  } catch (error) {
    if (!asksForStepUp(error) || stepUp === undefined) throw error;
    await stepUp(terms);
    return submit();
  }
}
