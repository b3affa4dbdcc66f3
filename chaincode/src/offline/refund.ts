// SPDX-License-Identifier: Apache-2.0
// Refunds of settled vouchers: from the merchant's balance to the customer's account, never more than was paid.
import {
  addAmounts,
  ensure,
  found,
  isAtLeast,
  reserveParts,
  type ParsedInputOf as InputOf,
  type OfflineRefundRow,
  type SettlementBatchRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { debitPayee } from '../shared/payees.js';
import { isSameVoucher, paymentsIn } from '../shared/payments.js';
import { credit } from '../shared/accounts.js';

type Refund = InputOf<'offline', 'refund'>;

/** Finds in the batch what this merchant got for the voucher. */
function newRefund(batch: SettlementBatchRow, refund: Refund): OfflineRefundRow {
  const payment = paymentsIn(batch).find(isSameVoucher(refund));
  const { merchantId, orderNumber, customerId, currency, amount } = found(payment, 'NOT_FOUND', {
    row: 'payment',
  });
  return {
    merchantId,
    orderNumber,
    customerId,
    currency,
    paid: amount,
    refunded: '0',
  };
}

export async function refund(call: Call<Refund>) {
  const { merchantId, batchId, counter, amount } = call.input;
  const parts = [...reserveParts(call.input), counter.toString()] as const;
  const batch = found(await call.store.get('batch', merchantId, batchId), 'NOT_FOUND', {
    row: 'batch',
  });
  const fresh = newRefund(batch, call.input);
  const before = (await call.store.get('offlineRefund', ...parts)) ?? fresh;
  const refunded = addAmounts(before.refunded, amount);
  ensure(isAtLeast(before.paid, refunded), 'REFUND_EXCEEDED', { paid: before.paid, refunded });
  await debitPayee(call, merchantId, before.currency, amount);
  await credit(call, before.customerId, before.currency, amount);
  call.store.put('offlineRefund', { ...before, refunded }, ...parts);
  return { refunded };
}
