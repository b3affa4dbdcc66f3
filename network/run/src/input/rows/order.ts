// SPDX-License-Identifier: Apache-2.0
// A row of orders.csv: what a customer does, from login to what follows the payment.
import type { Currency } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import {
  choice,
  currency,
  identifier,
  optionalIdentifier,
  optionalText,
  optionalWhole,
} from '../cells.js';
import { followUps, toFollowUps, type FollowUp } from '../follow-ups.js';
import { pricedLines, toPricedLines, type PricedLine } from '../lines.js';
import type { RowDefinition } from '../row-definition.js';

/** What a customer does. A repeated row is a replay: rows are not unique, and their order counts. */
export interface Order {
  readonly orderNumber: string;
  readonly merchantId: string;
  readonly customerId: string;
  readonly currency: Currency;
  /** With the unit prices of the page that the customer saw. */
  readonly lines: readonly PricedLine[];
  /** Number of the customer's address, 1 to 3. */
  readonly address: number;
  /** Null: the courier recommended. */
  readonly courierId: string | null;
  /** Null: the right one. */
  readonly typedPassword: string | null;
  /** Null: the code as received. */
  readonly typedCode: string | null;
  /** Seconds between receiving the code and typing it. */
  readonly codeDelaySeconds: number;
  /** Null: the bank's default. */
  readonly holdSeconds: number | null;
  readonly followUps: readonly FollowUp[];
}

const columns = z.object({
  order_number: identifier(
    "The merchant's number of the order; together with merchant_id its name everywhere.",
  ),
  merchant_id: identifier('The merchant that the customer buys from.'),
  customer_id: identifier('The customer.'),
  currency: currency('ISO 4217 code of all amounts of the order.'),
  lines: pricedLines(
    'gtin*quantity@price joined by semicolons; price: of one piece, on the page that the customer saw.',
  ),
  address: choice(['1', '2', '3'], "Which of the customer's addresses."),
  courier_id: optionalIdentifier(
    'The courier that the customer names; empty: the recommended one.',
  ),
  typed_password: optionalText('What the customer types; empty: the right password. Secret.'),
  typed_code: optionalText('What the customer types; empty: the code as received.'),
  code_delay_s: optionalWhole(86_400, 'Seconds until the customer types the code; empty: at once.'),
  hold_seconds: optionalWhole(
    31_536_000,
    "Seconds for which the money is held; empty: the bank's default.",
  ),
  then: followUps(
    'Joined by semicolons: capture:AMOUNT (claim this part, void the rest), refund:AMOUNT (after release), dispute:uphold|reject, alarm:resolve|uphold, expire (nobody claims), undelivered, unproven (delivered, nobody at the door), rate:goods=1-5,merchant=1-5,courier=1-5,defect (any of them).',
  ),
});

/** One thing that a customer does a row, in the order of the file. */
export const orderRow: RowDefinition<Order> = {
  columns,
  schema: columns.transform((row, context): Order => ({
    orderNumber: row.order_number,
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    currency: row.currency,
    lines: toPricedLines(context, row.lines, row.currency),
    address: Number(row.address),
    courierId: row.courier_id,
    typedPassword: row.typed_password,
    typedCode: row.typed_code,
    codeDelaySeconds: row.code_delay_s ?? 0,
    holdSeconds: row.hold_seconds,
    followUps: toFollowUps(context, row.then, row.currency),
  })),
  keyColumn: 'order_number',
  key: undefined,
};
