// SPDX-License-Identifier: Apache-2.0
// Units 8 and 15: compare the goods that the customer picked with the merchant's registration.
import { digestOf } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import { isDefective, type RatingStandards } from '../feedback/ratings.js';
import type { BasketLine, Difference } from '../ledger/order-shapes.js';
import type { GoodsRow } from '../ledger/catalogue-shapes.js';

/** The part of a registration that a customer relies on. */
export type Registration = Pick<
  GoodsRow,
  'gtin' | 'category' | 'price' | 'currency' | 'origin' | 'certificate' | 'weightGrams'
>;

/** @returns the digest that a shop page has for the goods on it. */
export const goodsDigest = (goods: Registration): string =>
  digestOf({
    gtin: goods.gtin,
    category: goods.category,
    price: goods.price,
    currency: goods.currency,
    origin: goods.origin,
    certificate: goods.certificate,
    weightGrams: goods.weightGrams,
  });

/**
 * Unit 8, for one line.
 * @throws {DomainError} GOODS_WITHDRAWN, CURRENCY_MISMATCH, GOODS_DIGEST_MISMATCH or GOODS_DEFECTIVE.
 */
export function ensureGoodsAsPicked(
  line: BasketLine,
  goods: GoodsRow,
  currency: string,
  standards: RatingStandards,
): void {
  const details = { gtin: line.gtin };
  ensure(!goods.withdrawn, 'GOODS_WITHDRAWN', details);
  ensure(goods.currency === currency, 'CURRENCY_MISMATCH', details);
  ensure(
    line.goodsDigest === goods.digest && line.unitPrice === goods.price,
    'GOODS_DIGEST_MISMATCH',
    {
      ...details,
      registeredPrice: goods.price,
      pickedPrice: line.unitPrice,
    },
  );
  ensure(!isDefective(goods.rating, standards), 'GOODS_DEFECTIVE', details);
}

const fieldDifference = (
  field: string,
  picked: string | number | boolean,
  registered: string | number | boolean,
): Difference[] => (picked === registered ? [] : [{ field, values: { picked, registered } }]);

/** Unit 15, for one line: names every field that differs from the registration. */
export const goodsDifferences = (
  line: BasketLine,
  goods: GoodsRow,
  currency: string,
): Difference[] => [
  ...fieldDifference(`${line.gtin}.digest`, line.goodsDigest, goods.digest),
  ...fieldDifference(`${line.gtin}.price`, line.unitPrice, goods.price),
  ...fieldDifference(`${line.gtin}.currency`, currency, goods.currency),
  ...fieldDifference(`${line.gtin}.withdrawn`, false, goods.withdrawn),
];
