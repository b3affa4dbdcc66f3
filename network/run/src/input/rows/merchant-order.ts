// SPDX-License-Identifier: Apache-2.0
// A row of merchant-orders.csv: an order as the merchant's own books have it.
import type { Amount, Currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { currency, identifier, money } from '../cells.js';
import { pricedLines, toPricedLines, type PricedLine } from '../lines.js';
import { toMinorUnits, type RowDefinition } from '../row-definition.js';

/** The merchant's record of an order. Nothing is recomputed: a wrong total is for the comparison (unit 13) to find. */
export interface MerchantOrder {
  readonly orderNumber: string;
  readonly merchantId: string;
  readonly customerId: string;
  readonly lines: readonly PricedLine[];
  /** Minor units, without delivery. */
  readonly goodsTotal: Amount;
  readonly currency: Currency;
}

const columns = z.object({
  order_number: identifier("The merchant's number of the order."),
  merchant_id: identifier('The merchant.'),
  customer_id: identifier('The customer.'),
  lines: pricedLines('gtin*quantity@price joined by semicolons; price: of one piece.'),
  goods_total: money('Sum of the lines without delivery, decimal in the currency of the row.'),
  currency: currency('ISO 4217 code.'),
});

/** One order a row, unique by merchant_id and order_number. */
export const merchantOrderRow: RowDefinition<MerchantOrder> = {
  columns,
  schema: columns.transform((row, context): MerchantOrder => ({
    orderNumber: row.order_number,
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    lines: toPricedLines(context, row.lines, row.currency),
    goodsTotal: toMinorUnits(context, 'goods_total', row.goods_total, row.currency),
    currency: row.currency,
  })),
  keyColumn: 'order_number',
  key: ({ merchantId, orderNumber }) => `${merchantId}/${orderNumber}`,
};
