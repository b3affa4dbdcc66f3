// SPDX-License-Identifier: Apache-2.0
// Which waybill belongs to which order, also when the waybill names another order number.
import { byCodeUnit } from '@fabric-offline-pay/domain';
import type { GoodsLine } from './lines.js';
import type { Order } from './rows/order.js';
import type { Waybill } from './rows/waybill.js';

type Ordered = Pick<Order, 'merchantId' | 'orderNumber' | 'lines'>;

/** @returns the key under which {@link pairWaybills} files an order. */
export const orderPairKey = ({
  merchantId,
  orderNumber,
}: Pick<Order, 'merchantId' | 'orderNumber'>): string => `${merchantId}/${orderNumber}`;

const contentKey = (merchantId: string, lines: readonly GoodsLine[]): string =>
  [
    merchantId,
    ...lines.map(({ gtin, quantity }) => `${gtin}*${quantity.toString()}`).sort(byCodeUnit),
  ].join(';');

/**
 * Pairs as a logistics company's clerk would: by merchant and order number; an order without waybill then gets the first
 * waybill in the file that names no order known and carries the same goods of the same merchant. Such a pair is what the comparison
 * (unit 13) must find to differ in number.
 * @returns waybills by {@link orderPairKey}; orders that nothing fits are absent.
 */
export function pairWaybills(
  orders: readonly Ordered[],
  waybills: readonly Waybill[],
): ReadonlyMap<string, Waybill> {
  const ordered = new Set(orders.map(orderPairKey));
  const pairs = new Map<string, Waybill>();
  const strays: Waybill[] = [];
  for (const waybill of waybills) {
    const key = orderPairKey(waybill);
    if (!ordered.has(key)) strays.push(waybill);
    else if (!pairs.has(key)) pairs.set(key, waybill);
  }
  for (const order of orders) {
    if (!pairs.has(orderPairKey(order))) adopt(order, strays, pairs);
  }
  return pairs;
}

function adopt(order: Ordered, strays: Waybill[], pairs: Map<string, Waybill>): void {
  const content = contentKey(order.merchantId, order.lines);
  const index = strays.findIndex(
    ({ merchantId, lines }) => contentKey(merchantId, lines) === content,
  );
  const [stray] = index < 0 ? [] : strays.splice(index, 1);
  if (stray !== undefined) pairs.set(orderPairKey(order), stray);
}
