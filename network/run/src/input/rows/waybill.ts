// SPDX-License-Identifier: Apache-2.0
// A row of waybills.csv: a consignment as the logistics company's own books have it.
import type { Amount, Currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { currency, identifier, money } from '../cells.js';
import { goodsLines, type GoodsLine } from '../lines.js';
import { toMinorUnits, type RowDefinition } from '../row-definition.js';

/** The logistics company's record of a consignment. */
export interface Waybill {
  readonly waybill: string;
  readonly logisticsId: string;
  /** As the waybill has it, which may be wrong. */
  readonly orderNumber: string;
  readonly merchantId: string;
  readonly lines: readonly GoodsLine[];
  /** Minor units: the value of the goods as declared by the merchant. */
  readonly declaredValue: Amount;
  readonly currency: Currency;
}

const columns = z.object({
  waybill: identifier("The logistics company's number of the consignment."),
  logistics_id: identifier('The logistics company.'),
  order_number: identifier('The order that the waybill names.'),
  merchant_id: identifier('The merchant that sends it.'),
  lines: goodsLines('gtin*quantity joined by semicolons.'),
  declared_value: money('Value of the goods as declared, decimal in the currency of the row.'),
  currency: currency('ISO 4217 code.'),
});

/** One consignment a row, unique by logistics_id and waybill. */
export const waybillRow: RowDefinition<Waybill> = {
  columns,
  schema: columns.transform((row, context): Waybill => ({
    waybill: row.waybill,
    logisticsId: row.logistics_id,
    orderNumber: row.order_number,
    merchantId: row.merchant_id,
    lines: row.lines,
    declaredValue: toMinorUnits(context, 'declared_value', row.declared_value, row.currency),
    currency: row.currency,
  })),
  keyColumn: 'waybill',
  key: ({ logisticsId, waybill }) => `${logisticsId}/${waybill}`,
};
