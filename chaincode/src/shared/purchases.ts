// SPDX-License-Identifier: Apache-2.0
// The purchases of a customer, page by page, from the three places that have them.
import type { PurchaseRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import type { Page } from '../ledger/store.js';
import { takenAlongIn } from './payments.js';

type Listed = Omit<PurchaseRow, 'mode' | 'refunded'> & {
  readonly mode: 'online' | 'offline';
  readonly refunded: boolean;
};

interface PurchasePage {
  readonly read: number;
  readonly purchases: readonly Listed[];
  readonly next: string | null;
}

type ReadPage = (
  call: Call,
  customerId: string,
  cursor: string | undefined,
  limit: number,
) => Promise<PurchasePage>;

const listed = (purchase: PurchaseRow): Listed => ({
  ...purchase,
  mode: purchase.mode ?? 'online',
  refunded: purchase.refunded === true,
});

const pageOf = (
  { entries, next }: Page<'history' | 'purchase' | 'batch'>,
  purchases: readonly Listed[],
): PurchasePage => ({ read: entries.length, purchases, next });

const readWaiting: ReadPage = async (call, customerId, cursor, limit) => {
  const page = await call.store.page('history', [customerId, 'success'], cursor, limit);
  const purchases = page.entries.flatMap(({ value }) => value.purchase ?? []);
  return pageOf(page, purchases.map(listed));
};

const readKept: ReadPage = async (call, customerId, cursor, limit) => {
  const page = await call.store.page('purchase', [customerId], cursor, limit);
  return pageOf(
    page,
    page.entries.map(({ value }) => listed(value)),
  );
};

/** Goods taken along have no lines here, because only customer and merchant know them. */
const readTakenAlong: ReadPage = async (call, customerId, cursor, limit) => {
  const page = await call.store.page('batch', [], cursor, limit);
  const paid = page.entries.flatMap(({ value }) => takenAlongIn(value, customerId));
  const purchases = paid.map(({ merchantId, orderNumber, currency, amount, at }): Listed => ({
    merchantId,
    orderNumber,
    customerId,
    currency,
    amount,
    at,
    mode: 'offline',
    refunded: false,
    lines: [],
  }));
  return pageOf(page, purchases);
};

/**
 * First the purchases that the next login counts, then the counted ones, then goods taken along. In this order a purchase
 * that is counted between two pages may come twice, but none is missed.
 */
const PLACES: readonly ReadPage[] = [readWaiting, readKept, readTakenAlong];

/** @param after `place/cursor`, from the answer of the previous page */
export async function purchasesAfter(
  call: Call,
  customerId: string,
  after: string | undefined,
  limit: number,
): Promise<{ purchases: Listed[]; next: string | null }> {
  const [place = '0', ...tail] = after?.split('/') ?? [];
  let cursor = tail.length === 0 ? undefined : tail.join('/');
  let rest = limit;
  const purchases: Listed[] = [];
  for (const [index, read] of PLACES.entries()) {
    if (index < Number(place)) continue;
    const page = await read(call, customerId, cursor, rest);
    purchases.push(...page.purchases);
    if (page.next !== null) return { purchases, next: `${index.toString()}/${page.next}` };
    rest -= page.read;
    cursor = undefined;
  }
  return { purchases, next: null };
}
