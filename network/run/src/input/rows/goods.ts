// SPDX-License-Identifier: Apache-2.0
// A row of goods.csv: one article of one merchant's catalogue.
import type { Amount, Currency, Place } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import {
  category,
  choice,
  country,
  currency,
  gtin,
  identifier,
  latitude,
  longitude,
  money,
  text,
  whole,
} from '../cells.js';
import { rowIssue, toMinorUnits, type RowDefinition } from '../row-definition.js';

/** Goods as their merchant registers them. */
export interface Goods {
  readonly merchantId: string;
  readonly gtin: string;
  readonly name: string;
  readonly category: string;
  /** Minor units, for one piece. */
  readonly price: Amount;
  readonly currency: Currency;
  readonly origin: string;
  readonly certificate: string;
  readonly weightGrams: number;
  /** The warehouse that it stands in, micro-degrees. */
  readonly location: Place;
  readonly withdrawn: boolean;
}

const columns = z.object({
  merchant_id: identifier('The merchant that sells it.'),
  gtin: gtin('GTIN-13 with check digit.'),
  name: text('Name of the article.'),
  category: category('UNSPSC commodity code, 8 digits.'),
  price: money('Price of one piece, decimal in the currency of the row.'),
  currency: currency('ISO 4217 code.'),
  origin: country('Country of origin, ISO 3166-1 alpha-2.'),
  certificate: identifier('Identifier of the certificate of origin, conformity or safety.'),
  weight_g: whole(100_000_000, 'Weight of one piece with its packing, grams.'),
  latitude: latitude('Latitude of the warehouse, decimal degrees (WGS 84), at most 6 decimals.'),
  longitude: longitude('Longitude of the warehouse, decimal degrees (WGS 84), at most 6 decimals.'),
  withdrawn: choice(['yes', 'no'], 'Whether it was withdrawn from sale.'),
});

/** Nothing is sold for nothing: the ledger takes no order of it. */
function toPrice(context: z.core.$RefinementCtx, decimal: string, code: Currency): Amount {
  const price = toMinorUnits(context, 'price', decimal, code);
  if (Number(decimal) === 0) rowIssue(context, 'price', 'INPUT_BAD_MONEY');
  return price;
}

/** One article a row, unique by merchant_id and gtin. */
export const goodsRow: RowDefinition<Goods> = {
  columns,
  schema: columns.transform((row, context): Goods => ({
    merchantId: row.merchant_id,
    gtin: row.gtin,
    name: row.name,
    category: row.category,
    price: toPrice(context, row.price, row.currency),
    currency: row.currency,
    origin: row.origin,
    certificate: row.certificate,
    weightGrams: row.weight_g,
    location: { latitude: row.latitude, longitude: row.longitude },
    withdrawn: row.withdrawn === 'yes',
  })),
  keyColumn: 'gtin',
  key: ({ merchantId, gtin: code }) => `${merchantId}/${code}`,
};
