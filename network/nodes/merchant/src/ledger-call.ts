// SPDX-License-Identifier: Apache-2.0
// A call of the ledger: it is refused with a code of the domain, or the ledger is unavailable and the call may be repeated.
import {
  NodeError,
  refusalCode,
  withPlace,
  type WithPlace,
} from '@fabric-offline-pay/node-common/client';
import type { TransactionResult } from '@fabric-offline-pay/sdk';

/**
 * @returns what a call or a query answers
 * @throws {RefusedError} by the ledger
 * @throws {NodeError} LEDGER_UNAVAILABLE when it did not answer, or its answer is not known: the same call is safe
 */
export async function answered<Output>(asked: Promise<Output>): Promise<Output> {
  try {
    return await asked;
  } catch (error) {
    if (refusalCode(error) !== undefined) throw error;
    throw new NodeError('LEDGER_UNAVAILABLE', undefined, error);
  }
}

/**
 * @returns the answer with its place on the ledger, when the tables have what was written
 * @throws {RefusedError} by the ledger
 * @throws {NodeError} LEDGER_UNAVAILABLE when it did not answer, or its answer is not known: the same call is safe
 */
export async function written<Output extends object>(
  { reached }: { readonly reached: (block: bigint) => Promise<void> },
  submitted: Promise<TransactionResult<Output>>,
): Promise<WithPlace<Output>> {
  const answer = await answered(submitted);
  await reached(answer.blockNumber);
  return withPlace(answer);
}
