// SPDX-License-Identifier: Apache-2.0
// Unit 17: the pseudonymous receipt of a purchase, which is also the success in the customer's history.
import {
  OFFLINE_LOGIN,
  type OrderRow,
  type OrderTerms,
  type PurchaseRow,
} from '@fabric-offline-pay/domain';
import { holdOf } from './capturing.js';
import type { Call } from '../ledger/call.js';

/** One row in the path of a payment: the customer's next login counts it and moves the purchase to its own place. */
export function storePurchase(call: Call, order: OrderRow, terms: OrderTerms): void {
  const { customerId, merchantId, orderNumber } = order;
  const lines = terms.lines.map(({ gtin, quantity, unitPrice }) => ({ gtin, quantity, unitPrice }));
  const purchase: PurchaseRow = {
    merchantId,
    orderNumber,
    customerId,
    ...(terms.loginId === OFFLINE_LOGIN && { mode: 'offline' as const }),
    currency: terms.currency,
    amount: holdOf(order).captured,
    lines,
    at: call.now,
  };
  call.store.put(
    'history',
    { kind: 'success', at: call.now, purchase },
    customerId,
    `${merchantId}~${orderNumber}`,
    'success',
  );
}

/** Purchases that were counted, and those that wait for the next login. */
export async function purchasesOf(call: Call, customerId: string): Promise<PurchaseRow[]> {
  const kept = await call.store.range('purchase', [customerId]);
  const waiting = await call.store.range('history', [customerId]);
  return [
    ...kept.map(({ value }) => value),
    ...waiting.flatMap(({ value }) => value.purchase ?? []),
  ];
}

/** Takes a purchase out of a history entry that was counted, to where it stays. */
export const keepPurchase = (call: Call, purchase: PurchaseRow): void =>
  call.store.put('purchase', purchase);
