// SPDX-License-Identifier: Apache-2.0
// What a row of orders is run by: when none of it has changed, a rule that refused the row would refuse it again.
import { digestOf } from '@fabric-offline-pay/domain';
import type { Order } from '../input/rows/order.js';
import { bookKey, type Books } from './purchase-of.js';

/** Digests, part by part; empty for a part of which no file says anything. */
export type RowBasis = readonly string[];

/** Where a row stands in its file is no part of what it says. */
const said = (row: object | undefined): object | null =>
  row === undefined
    ? null
    : Object.fromEntries(Object.entries(row).filter(([name]) => !['file', 'line'].includes(name)));

/** A file that was not named says nothing; one that lacks the record says just that. */
const partOf = (book: ReadonlyMap<string, object> | undefined, keys: readonly string[]): string =>
  book === undefined ? '' : digestOf(keys.map((key) => said(book.get(key)))).slice(0, 16);

/** What was typed stays out: it is secret. Only whether something else than the right word was typed counts. */
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

/** @returns whether a part says something else than before; what either does not know is no difference. */
export const differs = (before: RowBasis, now: RowBasis): boolean =>
  before.some((part, index) => part !== '' && (now[index] ?? '') !== '' && part !== now[index]);
