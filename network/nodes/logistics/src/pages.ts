// SPDX-License-Identifier: Apache-2.0
// Lists in pages: each begins after the last order of the page before.
import { sql, type RawBuilder } from 'kysely';

/** Which part of a list is asked for. */
export interface Page {
  /** `next` of the page before; absent for the first. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Stands between the parts of a cursor. No identifier contains it. */
const BETWEEN = '~';

/** @returns the place of an order in a list that is sorted by merchant and order number */
export const orderCursor = (row: {
  readonly merchant_id: string;
  readonly order_number: string;
}): string => [row.merchant_id, row.order_number].join(BETWEEN);

/** The condition that a row comes after the page before. */
export function afterPage(after: string | undefined): RawBuilder<boolean> {
  const [merchantId = '', orderNumber = ''] = (after ?? '').split(BETWEEN);
  return sql<boolean>`(merchant_id, order_number) > (${merchantId}, ${orderNumber})`;
}

/**
 * @param rows of the page, and one more when there are more
 * @returns where the next page begins; null after the last
 */
export function nextOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): string | null {
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined ? cursorOf(last) : null;
}
