// SPDX-License-Identifier: Apache-2.0
// Only the ledger knows whether an order needs both factors bound to it, or more money than the account has. Then the customer's side
// does its part, and the transaction is submitted again.
import type { ErrorCode, OrderTerms } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';
import type { Purchase } from './purchase.js';

type CustomerSide = Pick<Purchase, 'stepUp' | 'fund'>;

/** What the customer's side can do about a refusal. */
const ANSWERS: Readonly<Partial<Record<ErrorCode, keyof CustomerSide>>> = {
  STEP_UP_REQUIRED: 'stepUp',
  INSUFFICIENT_FUNDS: 'fund',
};

/** @returns which part of the customer's side can do something about this error. */
const answerTo = (error: unknown): keyof CustomerSide | undefined =>
  error instanceof RefusedError ? ANSWERS[error.code] : undefined;

/**
 * Submits a transaction that holds money. When the ledger asks for a step-up or for money, the customer's side answers, once each, and
 * the transaction is submitted again.
 * @throws {RefusedError} STEP_UP_REQUIRED | INSUFFICIENT_FUNDS when the purchase has no answer to it, or the answer was not enough
 */
export async function withCustomer<Result>(
  purchase: CustomerSide,
  terms: OrderTerms,
  submit: () => Promise<Result>,
  answered: readonly (keyof CustomerSide)[] = [],
): Promise<Result> {
  try {
    return await submit();
  } catch (error) {
    const name = answerTo(error);
    const answer = name === undefined ? undefined : purchase[name];
    if (name === undefined || answer === undefined || answered.includes(name)) throw error;
    await answer(terms);
    return withCustomer(purchase, terms, submit, [...answered, name]);
  }
}
