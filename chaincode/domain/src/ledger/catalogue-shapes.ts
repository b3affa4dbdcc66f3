// SPDX-License-Identifier: Apache-2.0
// Merchants, goods and couriers, and what is said of them, as rows, inputs and answers have them: each declared once, by the
// schema that checks it.
import * as z from 'zod';
import type { DeepReadonly } from '../base/deep-readonly.js';
import {
  amount,
  category,
  currency,
  grams,
  gtin,
  identifier,
  instant,
  place,
} from '../base/identifiers.js';

/** What a customer may have an opinion on. */
export const ratingSubject = z.enum(['goods', 'merchant', 'courier']);

/** Sums of opinions, one a customer, as they counted at an instant: in thousandths of a fresh opinion. */
export const aggregate = z.strictObject({
  at: instant.describe('when the sums counted so much: they halve with every half-life since'),
  weight: z.int().describe('thousandths of an opinion'),
  stars: z.int().describe('weight times one to five'),
  defects: z.int().describe('weight of the opinions that report a defect'),
});

/** What counts against a merchant or a courier, in thousandths that lose weight as ratings do. */
const conduct = z.strictObject({
  at: instant,
  /** Its own statement stood alone. */
  mismatch: z.int().describe('thousandths'),
  /** The bank had to bear what it owed. */
  debt: z.int().describe('thousandths'),
});

/** The part of a merchant that its bank, or a vote, decides. */
export const merchant = z.strictObject({
  merchantId: identifier,
  mspId: identifier.describe('organisation whose certificates may speak for the merchant'),
  active: z.boolean(),
  licence: z.strictObject({ number: identifier, validUntil: instant }).nullable(),
  categories: z.array(category).max(200),
});

export const merchantRow = merchant.extend({
  bankId: identifier,
  rating: aggregate,
  conduct,
  revision: z.int().describe('how often its licence changed'),
});

/** What a merchant says of its goods. */
export const goods = z.strictObject({
  gtin,
  category,
  price: amount,
  currency,
  origin: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe('ISO 3166-1 alpha-2'),
  certificate: identifier,
  weightGrams: grams,
  location: place,
  withdrawn: z.boolean(),
});

export const goodsRow = goods.extend({
  merchantId: identifier,
  digest: z.string(),
  rating: aggregate,
});

const tariff = z.strictObject({ currency, base: amount, perKm: amount, perKg: amount });

/** What a logistics company says of a courier. */
export const courier = z.strictObject({
  courierId: identifier,
  active: z.boolean(),
  depot: place,
  tariffs: z.array(tariff).min(1).max(20),
  areas: z
    .array(z.strictObject({ centre: place, radiusMetres: z.int().min(1).max(5_000_000) }))
    .min(1)
    .max(50),
  categories: z.array(category).min(1).max(100),
});

/** A courier in its company's fleet, with what others said of it. */
export const courierOfFleet = courier.extend({ rating: aggregate, conduct });

export type RatingSubject = z.output<typeof ratingSubject>;
/** Weighted opinions on goods, a merchant or a courier, as they stood at a time. */
export type Aggregate = DeepReadonly<z.output<typeof aggregate>>;
export type Conduct = DeepReadonly<z.output<typeof conduct>>;
/** What a bank says of a merchant: its organisation, licence and categories. */
export type Licensing = DeepReadonly<z.output<typeof merchant>>;
/** A merchant that a bank licensed. */
export type MerchantRow = DeepReadonly<z.output<typeof merchantRow>>;
/** Goods that a merchant registered. */
export type GoodsRow = DeepReadonly<z.output<typeof goodsRow>>;
/** What a courier takes in one currency, in minor units: a base, and more by kilometre and kilogram. */
export type Tariff = DeepReadonly<z.output<typeof tariff>>;
export type CourierRegistration = DeepReadonly<z.output<typeof courier>>;
/** A courier of a logistics company: depot, tariffs, where it delivers and what it carries. */
export type Courier = DeepReadonly<z.output<typeof courierOfFleet>>;
