// SPDX-License-Identifier: Apache-2.0
// A row of offline-payments.csv: a payment while neither the customer's device nor the merchant's terminal has a network.
import type { Amount, Currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { choice, currency, identifier, money } from '../cells.js';
import { toMinorUnits, type RowDefinition } from '../row-definition.js';

export interface OfflinePayment {
  readonly merchantId: string;
  readonly customerId: string;
  /** The merchant's own; the goods are taken along. */
  readonly orderNumber: string;
  /** Minor units. */
  readonly amount: Amount;
  readonly currency: Currency;
  /** `copy`: of the customer's device, key and all, made before its first payment. */
  readonly device: 'own' | 'copy';
}

const columns = z.object({
  merchant_id: identifier('The merchant.'),
  customer_id: identifier('The customer.'),
  order_number: identifier("The merchant's number of the order."),
  amount: money('What is paid, decimal in the currency of the row.'),
  currency: currency("ISO 4217 code: the customer's."),
  device: choice(['own', 'copy'], 'own, or a copy of the device that spends beside it.'),
});

/** One payment a row, unique by merchant_id and order_number. */
export const offlinePaymentRow: RowDefinition<OfflinePayment> = {
  columns,
  schema: columns.transform((row, context): OfflinePayment => ({
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    orderNumber: row.order_number,
    amount: toMinorUnits(context, 'amount', row.amount, row.currency),
    currency: row.currency,
    device: row.device,
  })),
  keyColumn: 'order_number',
  key: ({ merchantId, orderNumber }) => `${merchantId}/${orderNumber}`,
};
