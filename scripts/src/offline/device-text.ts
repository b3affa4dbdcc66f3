// SPDX-License-Identifier: Apache-2.0
// A device's texts about payments and payees.
import { formatAmount, type Amount, type Currency } from '@fabric-offline-pay/domain';
import type { PaymentHistory, RequestView } from '@fabric-offline-pay/sdk/offline';
import { table } from '../output.js';

/** @param seconds since 1970 */
export const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString();

export const moneyText = ({
  amount,
  currency,
}: {
  readonly amount: Amount;
  readonly currency: Currency;
}): string => `${formatAmount(amount, currency)} ${currency}`;

/** The payee as a bank certifies it, or a warning that no bank does. */
export const payeeText = ({
  payee,
  merchantId,
}: Pick<RequestView, 'payee' | 'merchantId'>): string =>
  payee === null
    ? `payee: NOT CERTIFIED by any bank; it calls itself ${merchantId}`
    : `payee: ${payee.name}, licence ${payee.licence}, certified by ${payee.bankId}`;

/** `given`: the device has heard nothing since the payment. */
export const historyText = (payments: readonly PaymentHistory[]): string =>
  table([
    ['counter', 'merchant', 'order', 'amount', 'time', 'state'],
    ...payments.map((payment) => [
      payment.counter.toString(),
      payment.merchantId,
      payment.orderNumber,
      moneyText(payment),
      timeText(payment.time),
      payment.state,
    ]),
  ]);
