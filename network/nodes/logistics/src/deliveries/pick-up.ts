// SPDX-License-Identifier: Apache-2.0
// The courier takes the goods: the order's row says so, and the chosen address goes into the private collection.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { heldBook } from '../addresses/hold-addresses.js';
import type { Caller, LogisticsContext } from '../context.js';
import { findWaybill, type Waybill } from '../waybills/find-waybill.js';

/** How far an order is. */
export type Progress = Pick<Waybill, 'state' | 'delivery'>;

/**
 * Safe to repeat: goods that were picked up are not picked up again.
 * @throws {LogisticsError} ADDRESSES_NOT_HELD
 * @throws {RefusedError} FEE_NOT_CAPTURED, STATE_CONFLICT, ADDRESSES_DIFFER
 */
export async function pickUp(
  context: LogisticsContext,
  caller: Caller,
  key: OrderKey,
): Promise<Progress> {
  const { state, delivery } = await findWaybill(context, caller, key);
  if (delivery !== 'awaiting') return { state, delivery };
  const book = await heldBook(context, key);
  const { merchantId, orderNumber } = key;
  const { result, blockNumber } = await context.ledger.logistics.pickUp(
    { merchantId, orderNumber },
    { transient: { ...book } },
  );
  await context.followed(blockNumber);
  return { state: result.state, delivery: 'pickedUp' };
}
