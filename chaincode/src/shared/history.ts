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

/** Records something that lowers the customer's score, once per subject. */
export const putPenalty = (
  call: Call,
  customerId: string,
  subject: string,
  kind: Exclude<HistoryKind, 'success' | 'purchase'>,
): void =>
  call.store.put('history', { kind, at: call.now }, ...penaltyKey(customerId, subject, kind));

/** Takes back the penalty of a double spend, whether or not it is already counted. */
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

/** Records a success, once per subject. */
export const putSuccess = (call: Call, customerId: string, subject: string): void =>
  call.store.put('history', { kind: 'success', at: call.now }, ...successKey(customerId, subject));

/** For a purchase paid by voucher, its reserve is the success. A refunded purchase is not a success. */
const countsAsSuccess = ({ mode, refunded }: PurchaseRow): boolean =>
  mode !== 'offline' && refunded !== true;

/** Records a purchase, which may also count as a success. */
export function putPurchase(call: Call, purchase: PurchaseRow): void {
  const key = successKey(purchase.customerId, HISTORY_OF.order(purchase));
  const kind = countsAsSuccess(purchase) ? 'success' : 'purchase';
  call.store.put('history', { kind, at: call.now, purchase }, ...key);
}

/**
 * Marks the purchase of an order as refunded, so that it is not a success any more. Does nothing when it is already marked,
 * or when the purchase is not stored yet: it will then be stored as refunded.
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
