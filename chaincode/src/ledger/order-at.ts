// SPDX-License-Identifier: Apache-2.0
// Reads an order from its own row, or from its basket or terms while it has no row of its own.
import { beginningOf, type OrderKey, type OrderRow } from '@fabric-offline-pay/domain';
import type { Store } from './store.js';

/** @returns the order, or undefined when there is none. */
export async function orderAt(
  store: Store,
  { merchantId, orderNumber }: OrderKey,
): Promise<OrderRow | undefined> {
  const order = await store.get('order', merchantId, orderNumber);
  if (order !== undefined) return order;
  const picked = await store.get('terms', merchantId, orderNumber);
  return picked && beginningOf(picked);
}
