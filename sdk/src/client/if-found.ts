// SPDX-License-Identifier: Apache-2.0
// An object that may not be there: nothing is an answer, then.
import { RefusedError } from '../errors.js';

/**
 * @param read a query that refuses what is not on the ledger
 * @returns undefined for that. @throws whatever else the query throws
 * @example const order = await ifFound(client.orderNumber.readOrder({ merchantId, orderNumber }));
 */
export async function ifFound<Found>(read: Promise<Found>): Promise<Found | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
