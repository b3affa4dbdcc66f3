// SPDX-License-Identifier: Apache-2.0
// What the merchant's legs do alike, paid online or by voucher: verify goods, merchant and categories, begin the order.
import {
  basketDigest,
  categoriesOf,
  ensure,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureGoodsAsPicked,
  ensureMerchantMaySell,
  partitionOf,
  type MerchantRow,
  type OrderRow,
  type OrderTerms,
  type QuoteRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { standardsOf } from './judging.js';
import { goodsOfLines, merchantRow } from './rows.js';

/** Units 8, 9, 15 (first pass), 10 and 12, on goods that are each read once. */
export async function verifyOrder(
  call: Call,
  terms: OrderTerms,
  quoted: QuoteRow,
): Promise<MerchantRow> {
  const goods = await goodsOfLines(call, terms);
  const standards = await standardsOf(call);
  for (const { line, row } of goods) ensureGoodsAsPicked(line, row, terms.currency, standards);
  const categories = categoriesOf(partitionOf(goods.map((entry) => entry.row)));
  const merchant = await merchantRow(call, terms.merchantId);
  ensureMerchantMaySell(merchant, categories, call.now);
  ensureChoiceQuoted(terms, basketDigest(terms), quoted, call.now);
  ensureCategoriesAgree(categories, categories, quoted.categories);
  return merchant;
}

/** An order as the leg leaves it. */
export const orderFrom = (terms: OrderTerms, bankId: string, hold: OrderRow['hold']): OrderRow => ({
  merchantId: terms.merchantId,
  orderNumber: terms.orderNumber,
  state: 'categoryChecked',
  dispute: null,
  mode: 'express',
  customerId: terms.customerId,
  bankId,
  logisticsId: terms.logisticsId,
  delivery: 'awaiting',
  deliveredAt: null,
  verification: 'none',
  hold,
  settled: null,
});

/**
 * Begins an order: its terms and its first row.
 * @throws {DomainError} IDEMPOTENCY_CONFLICT when there is an order of this number.
 */
export async function putPlaced(call: Call, order: OrderRow, terms: TermsRow): Promise<void> {
  const { merchantId, orderNumber } = order;
  const existing = await call.store.get('order', merchantId, orderNumber);
  ensure(existing === undefined, 'IDEMPOTENCY_CONFLICT', { orderNumber });
  call.store.put('order', order);
  call.store.put('terms', terms);
}
