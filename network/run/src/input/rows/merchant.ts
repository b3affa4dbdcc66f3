// SPDX-License-Identifier: Apache-2.0
// A row of merchants.csv: who sells, and what the bank's licence covers.
import * as z from 'zod';
import { categories, identifier, optionalDate, optionalIdentifier, longText } from '../cells.js';
import type { RowDefinition } from '../row-definition.js';
import { rowIssue } from '../row-definition.js';

/** A merchant. */
export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  /** Null when the bank has not licensed the merchant. `validUntil` is YYYY-MM-DD, the last day. */
  readonly licence: { readonly number: string; readonly validUntil: string } | null;
  /** UNSPSC codes; trailing pairs of zeros cover everything below. */
  readonly categories: readonly string[];
}

const columns = z.object({
  merchant_id: identifier('Identifier of the merchant.'),
  name: longText('Trading name.'),
  licence_number: optionalIdentifier("Number of the bank's licence; empty: not licensed."),
  licence_until: optionalDate(
    'Last day of the licence, YYYY-MM-DD; empty if and only if there is no licence.',
  ),
  categories: categories(
    'UNSPSC codes that the licence covers, joined by semicolons; trailing pairs of zeros stand for everything below.',
  ),
});

/** One merchant a row, unique by merchant_id. */
export const merchantRow: RowDefinition<Merchant> = {
  columns,
  schema: columns.transform((row, context): Merchant => {
    const { licence_number: number, licence_until: validUntil } = row;
    if ((number === null) !== (validUntil === null)) {
      rowIssue(context, 'licence_until', 'INPUT_BAD_DATE');
    }
    return {
      merchantId: row.merchant_id,
      name: row.name,
      licence: number === null || validUntil === null ? null : { number, validUntil },
      categories: row.categories,
    };
  }),
  keyColumn: 'merchant_id',
  key: ({ merchantId }) => merchantId,
};
