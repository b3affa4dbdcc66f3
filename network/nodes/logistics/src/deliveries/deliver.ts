// SPDX-License-Identifier: Apache-2.0
// The courier delivers. The secret that the customer's device shows at the door proves it; without it, the delivery is believed later.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { Caller, LogisticsContext } from '../context.js';
import { findWaybill } from '../waybills/find-waybill.js';
import type { Progress } from './pick-up.js';

/**
 * Safe to repeat. A delivery that was reported without the secret can be proved later.
 * @param secret 32 bytes in hex, whose digest the customer signed
 * @throws {RefusedError} DELIVERY_PROOF_INVALID, DELIVERY_LATE, STATE_CONFLICT when the goods were not picked up
 */
export async function deliver(
  context: LogisticsContext,
  caller: Caller,
  { merchantId, orderNumber }: OrderKey,
  secret?: string,
): Promise<Progress> {
  const key = { merchantId, orderNumber };
  const { state, delivery } = await findWaybill(context, caller, key);
  const isDone =
    delivery === 'delivered' || (delivery === 'deliveredUnproven' && secret === undefined);
  if (isDone) return { state, delivery };
  const { result, blockNumber } = await context.ledger.logistics.deliver({
    ...key,
    ...(secret !== undefined && { secret }),
  });
  await context.followed(blockNumber);
  return { state: result.state, delivery: result.delivery };
}
