// SPDX-License-Identifier: Apache-2.0
// Units 9, 10 and 12: the lines by category, and who may sell and carry them.
import { byCodeUnit } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import type { GoodsRow, MerchantRow } from '../ledger/catalogue-shapes.js';
import type { OrderTerms } from '../ledger/order-shapes.js';
import type { QuoteRow } from '../ledger/rows.js';
import { isCategoryAllowed } from './category.js';

/** One category of an order and the goods in it. */
export interface Partition {
  readonly category: string;
  readonly gtins: readonly string[];
}

/** Unit 9: puts every line into its category. Categories and goods are in code-unit order. */
export function partitionOf(goods: readonly Pick<GoodsRow, 'gtin' | 'category'>[]): Partition[] {
  const categories = [...new Set(goods.map((entry) => entry.category))].sort(byCodeUnit);
  return categories.map((category) => ({
    category,
    gtins: goods
      .filter((entry) => entry.category === category)
      .map((entry) => entry.gtin)
      .sort(byCodeUnit),
  }));
}

/** @returns the categories, one for each entry. */
export const categoriesOf = (partition: readonly Partition[]): string[] =>
  partition.map((entry) => entry.category);

/**
 * Unit 10: the merchant is licensed by a bank, active, and allowed to sell every category.
 * @throws {DomainError} MERCHANT_INACTIVE, MERCHANT_NOT_LICENSED or CATEGORY_NOT_ALLOWED.
 */
export function ensureMerchantMaySell(
  merchant: MerchantRow,
  categories: readonly string[],
  now: number,
): void {
  const { merchantId, licence } = merchant;
  ensure(merchant.active, 'MERCHANT_INACTIVE', { merchantId });
  ensure(licence !== null && licence.validUntil > now, 'MERCHANT_NOT_LICENSED', { merchantId });
  const refused = categories.find((category) => !isCategoryAllowed(merchant.categories, category));
  ensure(refused === undefined, 'CATEGORY_NOT_ALLOWED', { merchantId, category: refused });
}

/**
 * Unit 10, joining 1102 and 1104: logistics quoted the customer's choice, at this fee.
 * @throws {DomainError} QUOTE_MISMATCH, QUOTE_EXPIRED, ADDRESS_UNKNOWN or COURIER_NOT_ELIGIBLE.
 */
export function ensureChoiceQuoted(
  terms: OrderTerms,
  basketDigest: string,
  quote: QuoteRow,
  now: number,
): void {
  ensure(quote.basketDigest === basketDigest, 'QUOTE_MISMATCH', { field: 'basket' });
  ensure(quote.expiresAt >= now, 'QUOTE_EXPIRED', { expiresAt: quote.expiresAt });
  const offer = quote.offers.find((entry) => entry.addressRef === terms.addressRef);
  ensure(offer !== undefined, 'ADDRESS_UNKNOWN', { addressRef: terms.addressRef });
  const courier = offer.couriers.find((entry) => entry.courierId === terms.courierId);
  ensure(courier !== undefined, 'COURIER_NOT_ELIGIBLE', { courierId: terms.courierId });
  ensure(courier.fee === terms.fee, 'QUOTE_MISMATCH', { field: 'fee', quoted: courier.fee });
  ensure(quote.goodsTotal === terms.goodsTotal, 'QUOTE_MISMATCH', {
    field: 'goodsTotal',
    quoted: quote.goodsTotal,
  });
}

/**
 * Unit 12: the order's categories equal those of the verified partition and those of the quote. Every quoted courier may
 * carry them all.
 * @throws {DomainError} CATEGORY_MISMATCH or COURIER_NOT_ELIGIBLE.
 */
export function ensureCategoriesAgree(
  current: readonly string[],
  verified: readonly string[],
  quoted: readonly string[],
): void {
  ensure(current.join() === verified.join(), 'CATEGORY_MISMATCH', { verified, current });
  ensure(current.join() === quoted.join(), 'COURIER_NOT_ELIGIBLE', { quoted, current });
}
