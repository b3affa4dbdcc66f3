// SPDX-License-Identifier: Apache-2.0
// An object that may not be there: nothing is an answer, then.
import type { ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';

/**
 * @param read a query that refuses what is not on the ledger
 * @param missing by which refusal, where that has a code of its own: `GOODS_UNKNOWN`, `CUSTOMER_UNKNOWN`, …
 * @returns undefined for that. @throws whatever else the query throws
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
