// SPDX-License-Identifier: Apache-2.0
// Unit 17: the pseudonymous receipt of a purchase, and the success in the customer's history.
import type { OrderRow, OrderTerms } from '@fabric-offline-pay/domain';
import { holdOf } from './capturing.js';
import type { Call } from './call.js';

export function storePurchase(call: Call, order: OrderRow, terms: OrderTerms): void {
  const { customerId, merchantId, orderNumber } = order;
  const lines = terms.lines.map(({ gtin, quantity, unitPrice }) => ({ gtin, quantity, unitPrice }));
  const amount = holdOf(order).captured;
  const purchase = {
    merchantId,
    orderNumber,
    customerId,
    currency: terms.currency,
    amount,
    lines,
    at: call.now,
  };
  call.store.put('purchase', purchase, customerId, merchantId, orderNumber);
  call.store.put(
    'history',
    { kind: 'success', at: call.now },
    customerId,
    `${merchantId}~${orderNumber}`,
    'success',
  );
}
