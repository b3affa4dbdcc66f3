// SPDX-License-Identifier: Apache-2.0
// The bank's part of a pipeline, when the bank settles with its own node: the pipeline only waits.
import { bankStep, type OutputOf } from '@fabric-offline-pay/domain';
import type { OrderWatch } from '../events/order-watch.js';
import type { SettlingBank } from './purchase.js';

type Shown = OutputOf<'orderNumber', 'readOrder'>;

/** States in which an order ended before the bank compared it. */
const ENDED: readonly Shown['state'][] = ['voided', 'expired'];

/**
 * @returns whether the bank has compared the order (units 13 and 15) and captured what the merchant claims (unit 14), or the order
 * waits for somebody else: an operator's decision, another claim
 */
export function hasBankSettled(order: Shown): boolean {
  const step = bankStep(order);
  const isOpen = step !== undefined && step !== 'storePurchase';
  return !isOpen && (order.verification !== 'none' || ENDED.includes(order.state));
}

/**
 * @example
 * const watch = new OrderWatch(connection, connection.client);
 * await runExpress({ cashier, dispatcher, bankNode: settlingBank(watch) }, purchase);
 */
export const settlingBank = (watch: Pick<OrderWatch, 'until'>): SettlingBank => ({
  settled: async (key) => (await watch.until(key, hasBankSettled)).state,
});
