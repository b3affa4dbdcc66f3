// SPDX-License-Identifier: Apache-2.0
// An order from basket to alarm, as rows, inputs and answers have it: each part declared once, by the schema that checks it.
import * as z from 'zod';
import type { DeepReadonly } from '../base/deep-readonly.js';
import {
  amount,
  currency,
  digest,
  gtin,
  identifier,
  instant,
  place,
  quantity,
  seconds,
} from '../base/identifiers.js';
import { releaseAt } from '../policy/policy.js';
import { ORDER_STATES } from './order-states.js';

export const orderKey = z.strictObject({ merchantId: identifier, orderNumber: identifier });

const party = z.enum(['customer', 'merchant', 'logistics']);

const basketLine = z.strictObject({
  gtin,
  quantity,
  /** What the page showed to the customer. */
  unitPrice: amount,
  /** Digest of the registration that the page showed. */
  goodsDigest: digest,
});

/** What the customer picked, before price and courier are known. */
export const basket = z.strictObject({
  ...orderKey.shape,
  customerId: identifier,
  loginId: identifier,
  logisticsId: identifier,
  currency,
  lines: z.array(basketLine).min(1).max(100),
  /** Pseudonymous references of the addresses offered; what stands behind them is private data. */
  addressRefs: z.array(identifier).min(1).max(10),
  /** Salted digest of the addresses offered, so that all logistics units provably worked on the same ones. */
  addressesDigest: digest,
});

/** What the customer signs. */
export const orderTerms = z.strictObject({
  ...basket.shape,
  channel: z.string().min(1).max(249),
  addressRef: identifier,
  courierId: identifier,
  fee: amount,
  goodsTotal: amount,
  total: amount,
  holdSeconds: seconds.min(1),
  /** Whoever knows the secret was there: the customer's device shows it at the door. */
  deliveryCommitment: digest.describe(
    'SHA-256 of the 32 bytes that prove the delivery, drawn by the device of the customer',
  ),
});

/** The addresses offered, in the private collection: for bank and logistics only, never in a block, purged after delivery. */
export const offeredAddresses = z.strictObject({
  /** So that the hash on the public ledger says nothing. */
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

/** One courier's price for carrying the basket to one address. */
const courierQuote = z.strictObject({ courierId: identifier, fee: amount });

const addressOffer = z.strictObject({
  addressRef: identifier,
  /** Best courier first. */
  couriers: z.array(courierQuote),
});

export const offers = z.array(addressOffer);

/** What is told of a quote. */
export const quote = z.strictObject({
  basketDigest: z.string(),
  goodsTotal: amount,
  offers,
  expiresAt: z.int(),
});

/** One party's view of an order. */
export const statement = z.strictObject({
  orderNumber: identifier,
  lines: z.array(z.strictObject({ gtin, quantity })).max(100),
  goodsTotal: amount,
  currency,
  /** The logistics company's own number. */
  waybill: identifier.optional(),
});

/** Money set aside for an order. What still stands is `authorised − voided − released − refundedHeld`. */
const hold = z.strictObject({
  currency: z.string(),
  authorised: amount,
  /** The part never captured, given back to the account. */
  voided: amount,
  captured: amount,
  /** The part of the captured money that was credited to the payees, the delivery fee among it. */
  released: amount,
  /** The part of `released` that went to the logistics company: all of its fee, once it delivered. */
  feeReleased: amount,
  /** All refunds. */
  refunded: amount,
  /** Refunds paid out of the hold itself, before release. */
  refundedHeld: amount,
  /** The part of `refundedHeld` that was the fee of a delivery that never came. */
  feeReturned: amount,
  /** The part of the total that pays the delivery. */
  fee: amount,
  release: releaseAt,
  /** Until then it may be captured. */
  expiresAt: instant,
  /** When captured money of goods that were not delivered goes back. Null before the first capture. */
  deliverBy: instant.nullable(),
  /** Natural key → content, so that a repeated claim returns its first result. */
  captures: z.record(z.string(), amount),
  refunds: z.record(z.string(), amount),
});

/** A dispute that waits for its decision. */
const dispute = z.strictObject({
  id: identifier,
  /** The state to return to when it is rejected. */
  from: z.enum(ORDER_STATES),
  openedAt: instant,
  /** What the payee's balance must keep for it. */
  withheld: amount,
  /** Whether the merchant's own bank agreed that its money may be taken, where the customer's is another. */
  agreed: z.boolean(),
});

/** `deliveredUnproven`: the courier says so, and nobody else. It is believed after the policy's time. */
const delivery = z.enum(['awaiting', 'pickedUp', 'deliveredUnproven', 'delivered']);

/** What is told of an order: its state and its money. */
export const order = orderKey.extend({
  state: z.enum(ORDER_STATES),
  dispute: dispute.nullable(),
  mode: z.enum(['stepwise', 'express']),
  customerId: identifier,
  bankId: identifier,
  logisticsId: identifier,
  delivery,
  /** When the courier said that it delivered. */
  deliveredAt: instant.nullable(),
  verification: z.enum(['none', 'clean', 'alarm', 'resolved', 'upheld']),
  hold: hold.nullable(),
});

export const difference = z.strictObject({
  field: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const reportPass = z
  .enum(['goods', 'order'])
  .describe('`goods`: after unit 8, on the unsigned basket; `order`: after unit 13');

/** What unit 15 found, field by field. */
export const report = orderKey.extend({
  pass: reportPass,
  differences: z.array(difference),
  at: instant,
});

export const alarm = orderKey.extend({
  bankId: identifier,
  state: z
    .enum(['open', 'resolved', 'upheld', 'lapsed'])
    .describe('`lapsed`: the order ended before it was decided'),
  blamed: z
    .array(party)
    .describe('whose statement stood alone: it counts against them unless the alarm is resolved'),
  fields: z.array(z.string()),
  raisedAt: instant,
  decidedAt: instant.nullable(),
  reason: z.string(),
});

/** The pseudonymous receipt of a purchase (unit 17). */
export const purchase = orderKey.extend({
  customerId: identifier,
  currency,
  amount,
  at: instant,
  lines: z
    .array(z.strictObject({ gtin, quantity, unitPrice: amount }))
    .describe('empty for goods taken along: only customer and merchant know them'),
});

/** An order: its merchant, and the merchant's number for it. */
export type OrderKey = DeepReadonly<z.output<typeof orderKey>>;
/** Who states what an order is: customer, merchant or logistics company. */
export type Party = z.output<typeof party>;
/** One kind of goods in a basket; the unit price is in minor units. */
export type BasketLine = DeepReadonly<z.output<typeof basketLine>>;
/** What the customer picked, before courier and fee are known. */
export type Basket = DeepReadonly<z.output<typeof basket>>;
/** What the customer signs: its basket, the chosen address and courier, and all sums in minor units. */
export type OrderTerms = DeepReadonly<z.output<typeof orderTerms>>;
/** The addresses that a customer offers for one order, with the salt of their digest. Private data of bank and logistics. */
export type AddressBookRow = DeepReadonly<z.output<typeof offeredAddresses>>;
export type CourierQuote = DeepReadonly<z.output<typeof courierQuote>>;
/** An address offered and its couriers, the best first, each with its fee in minor units. */
export type AddressOffer = DeepReadonly<z.output<typeof addressOffer>>;
export type ShownQuote = DeepReadonly<z.output<typeof quote>>;
/** One party's own view of an order: number, goods, quantities, sums in minor units. */
export type Statement = DeepReadonly<z.output<typeof statement>>;
/** The money of one order, in minor units: authorised, captured, released, refunded, voided. */
export type Hold = DeepReadonly<z.output<typeof hold>>;
/** A customer's dispute of an order. */
export type Dispute = DeepReadonly<z.output<typeof dispute>>;
export type ShownOrder = DeepReadonly<z.output<typeof order>>;
/** A field that two parties, or an order and a registration, state otherwise. */
export type Difference = DeepReadonly<z.output<typeof difference>>;
/** What unit 15 found on an order. */
export type ReportRow = DeepReadonly<z.output<typeof report>>;
/** An alarm, open or decided. */
export type AlarmRow = DeepReadonly<z.output<typeof alarm>>;
export type Purchase = DeepReadonly<z.output<typeof purchase>>;
