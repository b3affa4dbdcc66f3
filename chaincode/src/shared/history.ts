// SPDX-License-Identifier: Apache-2.0
// A customer's history: entries that unit 7 counts at the next login.
import {
  HISTORY_OF,
  penaltyKey,
  ROWS,
  successKey,
  type HistoryKind,
  type OrderRow,
  type PurchaseRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** Something that lowers the customer's score, once a subject. */
export const putPenalty = (
  call: Call,
  customerId: string,
  subject: string,
  kind: Exclude<HistoryKind, 'success' | 'purchase'>,
): void =>
  call.store.put('history', { kind, at: call.now }, ...penaltyKey(customerId, subject, kind));

/** A double spend does not count against the customer any more: its penalty goes, or what was counted of it does. */
export async function takePenaltyBack(
  call: Call,
  customerId: string,
  subject: string,
): Promise<void> {
  const key = penaltyKey(customerId, subject, 'doubleSpend');
  const waiting = await call.store.get('history', ...key);
  if (waiting === undefined) putPenalty(call, customerId, subject, 'acquittal');
  else call.store.remove(ROWS.history.key(...key));
}

/** Something that went well, once a subject. */
export const putSuccess = (call: Call, customerId: string, subject: string): void =>
  call.store.put('history', { kind: 'success', at: call.now }, ...successKey(customerId, subject));

/** Paid by a voucher, its reserve is the success; paid back, nothing is. */
const countsAsSuccess = ({ mode, refunded }: PurchaseRow): boolean =>
  mode !== 'offline' && refunded !== true;

/** A purchase, which is a success unless something else is or its money went back. */
export function putPurchase(call: Call, purchase: PurchaseRow): void {
  const key = successKey(purchase.customerId, HISTORY_OF.order(purchase));
  const kind = countsAsSuccess(purchase) ? 'success' : 'purchase';
  call.store.put('history', { kind, at: call.now, purchase }, ...key);
}

/**
 * Money of the order goes back to the customer: its purchase says so from now on, and is no success any more. Does nothing
 * when that was done before, or when the purchase is not stored yet: it will be none then.
 */
export async function takeSuccessBack(call: Call, order: OrderRow): Promise<void> {
  const { customerId, merchantId, orderNumber } = order;
  const subject = HISTORY_OF.order(order);
  const waiting = await call.store.get('history', ...successKey(customerId, subject));
  if (waiting?.purchase !== undefined) {
    putPurchase(call, { ...waiting.purchase, refunded: true });
    return;
  }
  const kept = await call.store.get('purchase', customerId, merchantId, orderNumber);
  if (kept === undefined || kept.refunded === true) return;
  call.store.put('purchase', { ...kept, refunded: true });
  if (countsAsSuccess(kept)) putPenalty(call, customerId, subject, 'refund');
}
