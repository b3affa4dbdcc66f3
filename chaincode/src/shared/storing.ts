// SPDX-License-Identifier: Apache-2.0
// Unit 17: the pseudonymous receipt of a purchase, which is also a success in the customer's history.
import {
  holds,
  OFFLINE_LOGIN,
  type OrderRow,
  type OrderTerms,
  type PurchaseRow,
} from '@fabric-offline-pay/domain';
import { holdOf } from './capturing.js';
import type { Call } from '../ledger/call.js';
import { putPurchase } from './history.js';

/** Writes only one row during a payment. The customer's next login counts it and moves the purchase to its own row. */
export function recordPurchase(call: Call, order: OrderRow, terms: OrderTerms): void {
  const { customerId, merchantId, orderNumber } = order;
  const hold = holdOf(order);
  const lines = terms.lines.map(({ gtin, quantity, unitPrice }) => ({ gtin, quantity, unitPrice }));
  const purchase: PurchaseRow = {
    merchantId,
    orderNumber,
    customerId,
    ...(terms.loginId === OFFLINE_LOGIN && { mode: 'offline' as const }),
    ...(holds.isPaidBack(hold) && { refunded: true as const }),
    currency: terms.currency,
    amount: hold.captured,
    lines,
    at: call.now,
  };
  putPurchase(call, purchase);
}
