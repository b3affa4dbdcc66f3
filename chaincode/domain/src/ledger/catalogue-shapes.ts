// SPDX-License-Identifier: Apache-2.0
// Merchants, goods and couriers with their ratings and conduct, as they are in rows, inputs and answers. Each is declared
// once, by the schema that checks it.
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

/** What a customer may rate. */
export const ratingSubject = z.enum(['goods', 'merchant', 'courier']);

/** Sums of opinions, one per customer, with their weight at an instant: in thousandths of a fresh opinion. */
export const aggregate = z.strictObject({
  at: instant.describe('when the sums had this weight; they halve with every half-life after it'),
  weight: z.int().describe('thousandths of an opinion'),
  stars: z.int().describe('weight times one to five'),
  defects: z.int().describe('weight of the opinions that report a defect'),
});

/** Misconduct of a merchant or a courier, in thousandths that lose weight as ratings do. */
const conduct = z.strictObject({
  at: instant,
  /** Mismatches in which its own statement stood alone. */
  mismatch: z.int().describe('thousandths'),
  /** Debts that the bank had to bear. */
  debt: z.int().describe('thousandths'),
});

/** The part of a merchant that its bank or a vote decides. */
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

/** Goods, as their merchant registers them. */
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

/** A courier, as its logistics company registers it. */
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

/** A courier in its company's fleet, with its rating and its conduct. */
export const courierOfFleet = courier.extend({ rating: aggregate, conduct });

export type RatingSubject = z.output<typeof ratingSubject>;
/** Weighted opinions on goods, a merchant or a courier, with their weight at an instant. */
export type Aggregate = DeepReadonly<z.output<typeof aggregate>>;
export type Conduct = DeepReadonly<z.output<typeof conduct>>;
/** A merchant's organisation, licence and categories, as a bank grants them. */
export type Licensing = DeepReadonly<z.output<typeof merchant>>;
/** A merchant that a bank licensed. */
export type MerchantRow = DeepReadonly<z.output<typeof merchantRow>>;
/** Goods that a merchant registered. */
export type GoodsRow = DeepReadonly<z.output<typeof goodsRow>>;
/** A courier's prices in one currency, in minor units: a base, and an amount per kilometre and per kilogram. */
export type Tariff = DeepReadonly<z.output<typeof tariff>>;
export type CourierRegistration = DeepReadonly<z.output<typeof courier>>;
/** A courier of a logistics company: its depot, its tariffs, where it delivers and what it carries. */
export type Courier = DeepReadonly<z.output<typeof courierOfFleet>>;
