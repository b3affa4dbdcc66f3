// SPDX-License-Identifier: Apache-2.0
// Shapes that several transactions share.
import * as z from 'zod';
import {
  amount,
  category,
  currency,
  digest,
  grams,
  gtin,
  identifier,
  instant,
  place,
  quantity,
  seconds,
  signature,
} from '../base/identifiers.js';
import { SUM_PATTERN } from '../base/money.js';
import { ORDER_STATES } from '../ledger/order-states.js';
import { UNITS, type UnitId } from '../patent/units.js';

export const unitId = z.enum(Object.keys(UNITS) as [UnitId, ...UnitId[]]);

export const orderKey = z.strictObject({ merchantId: identifier, orderNumber: identifier });
export const loginKey = z.strictObject({ loginId: identifier });

/** What every submitted transaction answers. `replayed`: this key was used before with the same content; nothing moved. */
export const outcome = z.strictObject({
  replayed: z.boolean(),
  units: z.array(unitId).describe('units whose receipts were written'),
});

/** What a transaction on an order answers. */
export const orderOutcome = outcome.extend({ state: z.enum(ORDER_STATES) });

/** Where a list goes on, as the page before it answered. */
export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9._~/-]{1,600}$/)
  .describe('`next` of the page before; absent for the first page');

/** Which page of a list, and where the next one begins. */
export const pageAfter = { after: cursor.optional() };
export const pageNext = { next: cursor.nullable().describe('null: this was the last page') };

/** Sums of opinions, one a customer. */
export const aggregate = z.strictObject({
  at: instant.describe('when the sums counted so much: they halve with every half-life since'),
  weight: z.int().describe('thousandths of an opinion'),
  stars: z.int().describe('weight times one to five'),
  defects: z.int().describe('weight of the opinions that report a defect'),
});

/** What counts against a merchant or a courier. */
export const conduct = z.strictObject({
  at: instant,
  mismatch: z.int().describe('thousandths'),
  debt: z.int().describe('thousandths'),
});

/** A sum of amounts, which an amount's 18 digits do not limit. */
export const sum = z
  .string()
  .regex(SUM_PATTERN)
  .describe('minor units, decimal string of any length');

export const basketLine = z.strictObject({
  gtin,
  quantity,
  unitPrice: amount,
  goodsDigest: digest,
});

const basketFields = {
  merchantId: identifier,
  orderNumber: identifier,
  customerId: identifier,
  loginId: identifier,
  logisticsId: identifier,
  currency,
  lines: z.array(basketLine).min(1).max(100),
  addressRefs: z.array(identifier).min(1).max(10),
  addressesDigest: digest,
};

export const basket = z.strictObject(basketFields);

export const orderTerms = z.strictObject({
  ...basketFields,
  channel: z.string().min(1).max(249),
  addressRef: identifier,
  courierId: identifier,
  fee: amount,
  goodsTotal: amount,
  total: amount,
  holdSeconds: seconds.min(1),
  deliveryCommitment: digest.describe(
    'SHA-256 of the 32 bytes that prove the delivery, drawn by the device of the customer',
  ),
});

export const signedTerms = z.strictObject({ terms: orderTerms, signature });

export const statement = z.strictObject({
  orderNumber: identifier,
  lines: z.array(z.strictObject({ gtin, quantity })).max(100),
  goodsTotal: amount,
  currency,
  waybill: identifier.optional(),
});

export const tariff = z.strictObject({ currency, base: amount, perKm: amount, perKg: amount });

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

export const merchant = z.strictObject({
  merchantId: identifier,
  mspId: identifier.describe('organisation whose certificates may speak for the merchant'),
  active: z.boolean(),
  licence: z.strictObject({ number: identifier, validUntil: instant }).nullable(),
  categories: z.array(category).max(200),
});

export const offers = z.array(
  z.strictObject({
    addressRef: identifier,
    couriers: z.array(z.strictObject({ courierId: identifier, fee: amount })),
  }),
);

/** The addresses offered: transient, never in a block. */
export const offeredAddresses = z.strictObject({
  salt: digest.describe('256 random bits, hex'),
  addresses: z
    .array(
      z.strictObject({
        ref: identifier,
        latitude: place.shape.latitude,
        longitude: place.shape.longitude,
        text: z.string().min(1).max(500),
      }),
    )
    .min(1)
    .max(10),
});

export const participant = z.strictObject({
  mspId: identifier,
  role: z.enum(['bank', 'merchant', 'logistics', 'auditor']),
  actor: identifier.describe(
    "the `actor` of the organisation's certificates; a merchant organisation's come from licences",
  ),
  bankId: identifier
    .nullable()
    .describe('the bank that pays a logistics company out; null for others'),
  status: z.enum(['active', 'suspended']),
});
