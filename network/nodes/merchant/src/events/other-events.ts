// SPDX-License-Identifier: Apache-2.0
// What a shop is told of payouts and of payments without a network.
import type { Amount, Currency, RowValue } from '@fabric-offline-pay/domain';
import type { MerchantEvent } from './event-types.js';

interface Payout {
  readonly payeeId: string;
  readonly redeemId: string;
  readonly currency: Currency;
  readonly amount: Amount;
}

export function payoutEvent(
  type: 'payout.requested' | 'payout.paid',
  { payeeId, redeemId, currency, amount }: Payout,
  at: number,
): MerchantEvent {
  const subject = `payout/${payeeId}/${currency}/${redeemId}`;
  return {
    key: [subject, type],
    type,
    subject,
    data: { payeeId, redeemId, currency, amount },
    at,
  };
}

export function batchEvent(
  { merchantId, batchId, currency, at }: RowValue<'batch'>,
  settled: { readonly payments: number; readonly amount: Amount },
): MerchantEvent {
  const subject = `batch/${merchantId}/${batchId}`;
  const data = { merchantId, batchId, currency, ...settled };
  return { key: [subject], type: 'batch.settled', subject, data, at };
}

/** Where a refunded payment was settled, as far as the tables know it. */
export interface RefundedPayment {
  readonly batchId: string | null;
  readonly counter: number;
}

/**
 * @param parts of the row's key: the device's reserve and the payment's place in it. Payments may have their order number in common, and
 * tables may lack the batch, so that only these tell refunds apart in the same way whenever the ledger is read.
 */
export function offlineRefundEvent(
  { merchantId, orderNumber, currency, refunded }: RowValue<'offlineRefund'>,
  parts: readonly string[],
  payment: RefundedPayment,
  at: number,
): MerchantEvent {
  const subject = `order/${merchantId}/${orderNumber}`;
  return {
    key: [subject, 'payment.refunded', ...parts, refunded],
    type: 'payment.refunded',
    subject,
    data: { merchantId, orderNumber, currency, amount: refunded, ...payment },
    at,
  };
}
