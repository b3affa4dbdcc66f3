// SPDX-License-Identifier: Apache-2.0
// The input of a row of orders. If it has not changed, a rule that refused the row would refuse it again.
import { digestOf } from '@fabric-offline-pay/domain';
import type { Order } from '../input/rows/order.js';
import { bookKey, type Books } from './purchase-of.js';

/** Digests of the parts; empty for a part that no file contains. */
export type RowBasis = readonly string[];

/** The line number of a row is not part of its content. */
const contentOf = (row: object | undefined): object | null =>
  row === undefined
    ? null
    : Object.fromEntries(Object.entries(row).filter(([name]) => !['file', 'line'].includes(name)));

/** A file that was not named gives nothing. A named file without the record counts as content. */
const partOf = (book: ReadonlyMap<string, object> | undefined, keys: readonly string[]): string =>
  book === undefined ? '' : digestOf(keys.map((key) => contentOf(book.get(key)))).slice(0, 16);

/** The typed words are secret and left out. Only whether they differ from the right ones counts. */
function rowPart(order: Order): string {
  const { followUps, holdSeconds, currency, typedPassword, typedCode, codeDelaySeconds } = order;
  const typed = [typedPassword !== null, typedCode !== null];
  return digestOf({ followUps, holdSeconds, currency, codeDelaySeconds, typed }).slice(0, 16);
}

export function basisOf({ goods, merchantOrders, waybills }: Books, order: Order): RowBasis {
  const articles = order.lines.map(({ gtin }) => `${order.merchantId}/${gtin}`);
  const named = [bookKey(order)];
  return [
    rowPart(order),
    partOf(goods, articles),
    partOf(merchantOrders, named),
    partOf(waybills, named),
  ];
}

/** @returns whether a part has changed. A part that is unknown now or before does not count. */
export const differs = (before: RowBasis, now: RowBasis): boolean =>
  before.some((part, index) => part !== '' && (now[index] ?? '') !== '' && part !== now[index]);
