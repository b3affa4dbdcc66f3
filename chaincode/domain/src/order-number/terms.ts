// SPDX-License-Identifier: Apache-2.0
// The order's terms: their digest, the text that the customer signs, and the check of their sums.
import { canonicalJson, digestOf } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import { addAmounts, multiplyAmount, type Amount } from '../base/money.js';
import type { Basket, BasketLine, OrderKey, OrderTerms } from '../ledger/order-shapes.js';

/** Separates signatures by the same key for different purposes. */
const PURPOSE = 'fabric-offline-pay/order-terms/1';

const DISPUTE_PURPOSE = 'fabric-offline-pay/dispute/1';

const RATINGS_PURPOSE = 'fabric-offline-pay/ratings/1';

/** @returns the UTF-8 text that the customer's device signs with ES256. */
export const signedText = (terms: OrderTerms): string => canonicalJson({ purpose: PURPOSE, terms });

/** @returns the UTF-8 text that the customer's device signs to rate an order. */
export const ratingsText = (
  order: { merchantId: string; orderNumber: string },
  ratings: unknown,
): string =>
  canonicalJson({
    purpose: RATINGS_PURPOSE,
    merchantId: order.merchantId,
    orderNumber: order.orderNumber,
    ratings,
  });

/** @returns the UTF-8 text that the customer's device signs to dispute an order. */
export const disputeText = ({ merchantId, orderNumber }: OrderKey, disputeId: string): string =>
  canonicalJson({ purpose: DISPUTE_PURPOSE, merchantId, orderNumber, disputeId });

/** @returns the digest that step-up factors are bound to. A change of payee or amount changes it. */
export const termsDigest = (terms: OrderTerms): string => digestOf(terms);

/** @returns the basket in the terms, without the customer's later choices. */
export const basketOf = (terms: Basket): Basket => ({
  merchantId: terms.merchantId,
  orderNumber: terms.orderNumber,
  customerId: terms.customerId,
  loginId: terms.loginId,
  logisticsId: terms.logisticsId,
  currency: terms.currency,
  lines: terms.lines,
  addressRefs: terms.addressRefs,
  addressesDigest: terms.addressesDigest,
});

/** @returns the digest of the basket: SHA-256 in hex of its canonical form. */
export const basketDigest = (basket: Basket): string => digestOf(basketOf(basket));

/** Sum of quantity × unit price. */
export const goodsTotalOf = (
  lines: readonly Pick<BasketLine, 'quantity' | 'unitPrice'>[],
): Amount => addAmounts(...lines.map((line) => multiplyAmount(line.unitPrice, line.quantity)));

/** @throws {DomainError} INPUT_INVALID when the sums of the terms do not add up, or there is nothing to pay. */
export function ensureTermsAddUp(terms: OrderTerms): void {
  ensure(goodsTotalOf(terms.lines) === terms.goodsTotal, 'INPUT_INVALID', {
    field: 'terms.goodsTotal',
  });
  ensure(addAmounts(terms.goodsTotal, terms.fee) === terms.total, 'INPUT_INVALID', {
    field: 'terms.total',
  });
  ensure(terms.total !== '0', 'INPUT_INVALID', { field: 'terms.total', reason: 'nothing to pay' });
}

/** @throws {DomainError} INPUT_INVALID when the same goods are on two lines. */
export function ensureDistinctLines(lines: readonly { readonly gtin: string }[]): void {
  ensure(new Set(lines.map((line) => line.gtin)).size === lines.length, 'INPUT_INVALID', {
    field: 'lines',
    reason: 'the same goods twice',
  });
}
