// SPDX-License-Identifier: Apache-2.0
// What the merchant's legs do alike, paid online or by voucher: verify goods, merchant and categories, begin the order.
import {
  basketDigest,
  categoriesOf,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureGoodsAsPicked,
  ensureMerchantMaySell,
  partitionOf,
  type MerchantRow,
  type OrderRow,
  type OrderTerms,
  type QuoteRow,
} from '@fabric-offline-pay/domain';
import type { Call } from './call.js';
import { goodsOfLines, merchantRow } from './rows.js';

/** Units 8, 9, 15 (first pass), 10 and 12, on goods that are each read once. */
export async function verifyOrder(
  call: Call,
  terms: OrderTerms,
  quoted: QuoteRow,
): Promise<MerchantRow> {
  const goods = await goodsOfLines(call, terms);
  for (const { line, row } of goods) ensureGoodsAsPicked(line, row, terms.currency);
  const categories = categoriesOf(partitionOf(goods.map((entry) => entry.row)));
  const merchant = await merchantRow(call, terms.merchantId);
  ensureMerchantMaySell(merchant, categories, call.now);
  ensureChoiceQuoted(terms, basketDigest(terms), quoted, call.now);
  ensureCategoriesAgree(categories, categories, quoted.categories);
  return merchant;
}

/** An order as the merchant's leg leaves it. */
export const orderFrom = (terms: OrderTerms, bankId: string, hold: OrderRow['hold']): OrderRow => ({
  merchantId: terms.merchantId,
  orderNumber: terms.orderNumber,
  state: 'categoryChecked',
  disputedFrom: null,
  mode: 'express',
  customerId: terms.customerId,
  bankId,
  logisticsId: terms.logisticsId,
  delivery: 'awaiting',
  verification: 'none',
  hold,
});
