// SPDX-License-Identifier: Apache-2.0
// Reads an object that may not exist: the answer is then undefined, not an error.
import type { ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';

/**
 * Reads an object that may not exist.
 * @param read a query that refuses when the object is not on the ledger
 * @param missing the code of that refusal, where it is not `NOT_FOUND`: `GOODS_UNKNOWN`, `CUSTOMER_UNKNOWN`, …
 * @returns the object, or undefined when it does not exist
 * @throws every other error of the query
 * @example const order = await ifFound(client.orderNumber.readOrder({ merchantId, orderNumber }));
 */
export async function ifFound<Found>(
  read: Promise<Found>,
  missing: ErrorCode = 'NOT_FOUND',
): Promise<Found | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof RefusedError && error.code === missing) return undefined;
    throw error;
  }
}
