// SPDX-License-Identifier: Apache-2.0
// An order from basket to alarm, as it is in rows, inputs and answers. Each part is declared once, by the schema that checks
// it.
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
  /** The price that the shop page showed. */
  unitPrice: amount,
  /** Digest of the registration that the shop page showed. */
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
  /** Pseudonymous references of the offered addresses. The addresses themselves are private data. */
  addressRefs: z.array(identifier).min(1).max(10),
  /** Salted digest of the offered addresses. It proves that all logistics units worked on the same ones. */
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
  /** The customer's device shows the secret at the door, so knowing it proves the delivery. */
  deliveryCommitment: digest.describe(
    "SHA-256 of the 32 random bytes that prove the delivery; the customer's device draws them",
  ),
});

/** The offered addresses, in the private collection: for bank and logistics only, never in a block, purged after delivery. */
export const offeredAddresses = z.strictObject({
  /** The salt keeps the hash on the public ledger from revealing anything. */
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

/** A quote, as queries show it. */
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

/** Money set aside for an order. The rest on the hold is `authorised − voided − released − refundedHeld`. */
const hold = z.strictObject({
  currency: z.string(),
  authorised: amount,
  /** The part that was never captured and went back to the account. */
  voided: amount,
  captured: amount,
  /** The part of the captured money that was credited to the payees, including the delivery fee. */
  released: amount,
  /** The part of `released` that went to the logistics company: its whole fee, after the delivery. */
  feeReleased: amount,
  /** All refunds. */
  refunded: amount,
  /** Refunds from the hold itself, before release. */
  refundedHeld: amount,
  /** The part of `refundedHeld` that was the fee for a delivery that never came. */
  feeReturned: amount,
  /** The part of the total that pays the delivery. */
  fee: amount,
  release: releaseAt,
  /** The hold may be captured until this time. */
  expiresAt: instant,
  /** When captured money for undelivered goods goes back. Null before the first capture. */
  deliverBy: instant.nullable(),
  /** Natural key → content, so that a repeated capture returns its first result. */
  captures: z.record(z.string(), amount),
  refunds: z.record(z.string(), amount),
});

/** An open dispute. */
const dispute = z.strictObject({
  id: identifier,
  /** The state to return to when the dispute is rejected. */
  from: z.enum(ORDER_STATES),
  openedAt: instant,
  /** The amount that the payee's balance must keep for the dispute. */
  withheld: amount,
  /** Whether the merchant's bank agreed to take the merchant's money, when the customer has another bank. */
  agreed: z.boolean(),
});

/** `deliveredUnproven`: only the courier says that it delivered. The delivery is believed after the policy's time. */
const delivery = z.enum(['awaiting', 'pickedUp', 'deliveredUnproven', 'delivered']);

/** An order, as queries show it: its state and its money. */
export const order = orderKey.extend({
  state: z.enum(ORDER_STATES),
  dispute: dispute.nullable(),
  mode: z.enum(['stepwise', 'express']),
  customerId: identifier,
  bankId: identifier,
  logisticsId: identifier,
  delivery,
  /** When the courier reported the delivery. */
  deliveredAt: instant.nullable(),
  verification: z.enum(['none', 'clean', 'alarm', 'resolved', 'upheld']),
  hold: hold.nullable(),
  /** What the merchant claims of the held money so far, in all. Absent: the merchant said nothing, so all of it. */
  claimed: amount.exactOptional(),
});

export const difference = z.strictObject({
  field: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const reportPass = z
  .enum(['goods', 'order'])
  .describe('`goods`: after unit 8, on the unsigned basket; `order`: after unit 13');

/** The result of unit 15, field by field. */
export const report = orderKey.extend({
  pass: reportPass,
  differences: z.array(difference),
  at: instant,
});

export const alarm = orderKey.extend({
  bankId: identifier,
  state: z
    .enum(['open', 'resolved', 'upheld', 'lapsed'])
    .describe('`lapsed`: the order ended before a decision'),
  blamed: z
    .array(party)
    .describe(
      'parties whose statement stood alone; it counts against them unless the alarm is resolved',
    ),
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
    .describe('empty for goods taken along; only customer and merchant know them'),
});

/** The key of an order: its merchant, and the merchant's number for it. */
export type OrderKey = DeepReadonly<z.output<typeof orderKey>>;
/** A party of an order: customer, merchant or logistics company. */
export type Party = z.output<typeof party>;
/** One kind of goods in a basket; the unit price is in minor units. */
export type BasketLine = DeepReadonly<z.output<typeof basketLine>>;
/** What the customer picked, before the courier and the fee are known. */
export type Basket = DeepReadonly<z.output<typeof basket>>;
/** What the customer signs: the basket, the chosen address and courier, and all sums in minor units. */
export type OrderTerms = DeepReadonly<z.output<typeof orderTerms>>;
/** The addresses that a customer offers for one order, with the salt of their digest. Private data of bank and logistics. */
export type AddressBookRow = DeepReadonly<z.output<typeof offeredAddresses>>;
export type CourierQuote = DeepReadonly<z.output<typeof courierQuote>>;
/** An offered address and its couriers, the best first, each with its fee in minor units. */
export type AddressOffer = DeepReadonly<z.output<typeof addressOffer>>;
export type ShownQuote = DeepReadonly<z.output<typeof quote>>;
/** One party's own view of an order: number, goods, quantities, sums in minor units. */
export type Statement = DeepReadonly<z.output<typeof statement>>;
/** The money of one order, in minor units: authorised, captured, released, refunded, voided. */
export type Hold = DeepReadonly<z.output<typeof hold>>;
/** A customer's dispute of an order. */
export type Dispute = DeepReadonly<z.output<typeof dispute>>;
export type ShownOrder = DeepReadonly<z.output<typeof order>>;
/** A field in which two parties, or an order and a registration, differ. */
export type Difference = DeepReadonly<z.output<typeof difference>>;
/** The error report of unit 15 for an order. */
export type ReportRow = DeepReadonly<z.output<typeof report>>;
/** An alarm, open or decided. */
export type AlarmRow = DeepReadonly<z.output<typeof alarm>>;
export type Purchase = DeepReadonly<z.output<typeof purchase>>;
