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

export function offlineRefundEvent(
  { merchantId, orderNumber, currency, refunded }: RowValue<'offlineRefund'>,
  at: number,
): MerchantEvent {
  const subject = `order/${merchantId}/${orderNumber}`;
  return {
    key: [subject, 'payment.refunded', refunded],
    type: 'payment.refunded',
    subject,
    data: { merchantId, orderNumber, currency, amount: refunded },
    at,
  };
}
