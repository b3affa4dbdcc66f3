// SPDX-License-Identifier: Apache-2.0
// Logistics: couriers, the four parallel sub-units, pick-up and delivery (units 11, 1101 to 1104).
import * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import { amount, category, digest, identifier, place } from '../base/identifiers.js';
import { courier, courierOfFleet } from '../ledger/catalogue-shapes.js';
import {
  basket,
  offeredAddresses,
  offers,
  orderKey,
  quote,
  statement,
} from '../ledger/order-shapes.js';
import { MAX_FLEET } from '../logistics/fleet.js';
import { MAX_OFFERED } from '../logistics/select-courier.js';
import type { QuoteRow } from '../ledger/rows.js';
import type { UnitId } from '../patent/units.js';
import {
  ABOUT,
  BY_STATE,
  CALLER,
  ONCE,
  define,
  query,
  type Operations,
  onceFor,
} from './define.js';
import { ADDRESSES, BASKET, DIGEST, LOGISTICS_ID, ORDER, STATEMENT } from './examples.js';
import { GOODS_AS_PICKED, OFFERS_COMPUTED } from './refusals.js';
import { orderOutcome, outcome } from './shapes.js';

const COURIER = {
  courierId: 'courier-1',
  active: true,
  depot: { latitude: 52516275, longitude: 13377704 },
  tariffs: [{ currency: 'EUR', base: '350', perKm: '20', perKg: '50' }],
  areas: [{ centre: { latitude: 52520008, longitude: 13404954 }, radiusMetres: 40000 }],
  categories: ['43000000'],
};

/** A sub-unit that works on the private addresses. Only the bank and the logistics company may endorse it. */
const onAddresses = <Output extends z.ZodType>(
  unit: UnitId,
  summary: string,
  output: Output,
  operations: Operations,
  errors: readonly ErrorCode[] = OFFERS_COMPUTED,
) =>
  define({
    kind: 'submit',
    units: [unit],
    summary,
    access: ['logistics.dispatcher'],
    owner: { of: 'basket' },
    input: orderKey,
    output,
    transient: offeredAddresses,
    endorsers: ['bank', 'logistics'],
    subject: ABOUT.order,
    repeat: ONCE,
    errors,
    operations,
    example: ORDER,
    transientExample: ADDRESSES,
  });

const delivery = (
  summary: string,
  access: readonly ['logistics.dispatcher', 'logistics.courier'],
  fixed: number,
) =>
  define({
    kind: 'submit',
    units: [],
    summary,
    access,
    owner: { of: 'order' },
    input: orderKey,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['STATE_CONFLICT'],
    operations: { fixed },
    example: ORDER,
  });

export const logistics = {
  registerCouriers: define({
    kind: 'submit',
    units: [],
    summary: `Registers or replaces couriers, with tariffs, areas and the categories that they may carry. At most ${MAX_FLEET.toString()} of a company.`,
    access: ['logistics.dispatcher'],
    owner: { of: 'input', field: 'logisticsId' },
    input: z.strictObject({
      logisticsId: identifier,
      couriers: z.array(courier).min(1).max(MAX_FLEET),
    }),
    output: outcome,
    subject: ABOUT.logistics,
    repeat: BY_STATE,
    errors: ['FLEET_TOO_LARGE'],
    operations: { fixed: 3 },
    example: { logisticsId: LOGISTICS_ID, couriers: [COURIER] },
  }),
  verifyGoods: define({
    kind: 'submit',
    units: ['11'],
    summary:
      'Begins logistics. It verifies the goods of the basket itself before it locates or prices anything.',
    access: ['logistics.dispatcher'],
    owner: { of: 'basket' },
    input: orderKey,
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [...GOODS_AS_PICKED],
    operations: { fixed: 4, perEntry: 1 },
    example: ORDER,
  }),
  locateGoods: define({
    kind: 'submit',
    units: ['1101'],
    summary: 'Locates the goods of the basket.',
    access: ['logistics.dispatcher'],
    owner: { of: 'basket' },
    input: orderKey,
    output: outcome.extend({ locations: z.array(place) }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['GOODS_UNKNOWN'],
    operations: { fixed: 4, perEntry: 1 },
    example: ORDER,
  }),
  quotePrices: onAddresses(
    '1102',
    `Prices goods and delivery to the zone of every address offered, by the ${MAX_OFFERED.toString()} best eligible couriers.`,
    outcome.extend({ goodsTotal: amount, offers }),
    { fixed: 5, perEntry: 1 },
  ),
  offerAddresses: onAddresses(
    '1103',
    'Offers the addresses that the customer may choose from, by reference. It keeps none of them.',
    outcome.extend({ addressRefs: z.array(identifier) }),
    { fixed: 4 },
    ['ADDRESSES_DIFFER'],
  ),
  rankCouriers: onAddresses(
    '1104',
    `Ranks the ${MAX_OFFERED.toString()} best eligible couriers for the zone of every address: by price (which depends on the distance), then distance, rating, id.`,
    outcome.extend({ offers, categories: z.array(category) }),
    { fixed: 5, perEntry: 1 },
  ),
  quote: define({
    kind: 'submit',
    units: [],
    summary: 'Joins the four sub-units into one quote that the customer can read before signing.',
    access: ['logistics.dispatcher'],
    owner: { of: 'basket' },
    input: orderKey,
    output: orderOutcome.extend({ goodsTotal: amount, offers }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'VERIFICATION_MISSING', 'QUOTE_MISMATCH'],
    operations: { fixed: 12 },
    example: ORDER,
  }),
  pickUp: {
    ...delivery(
      'The courier picks up the goods, after its fee is captured. The private collection keeps the chosen address until the delivery.',
      ['logistics.dispatcher', 'logistics.courier'],
      7,
    ),
    errors: ['STATE_CONFLICT', 'FEE_NOT_CAPTURED', 'ADDRESSES_DIFFER', 'ADDRESS_UNKNOWN'] as const,
    transient: offeredAddresses,
    transientExample: ADDRESSES,
    endorsers: ['bank', 'logistics'] as const,
  },
  deliver: define({
    kind: 'submit',
    units: [],
    summary:
      'The courier delivers. With the secret that the customer shows at the door, the payees are credited at once. Without it, the delivery is believed after some time.',
    access: ['logistics.dispatcher', 'logistics.courier'],
    owner: { of: 'order' },
    input: orderKey.extend({
      secret: digest.optional().describe('32 bytes in hex, whose digest the customer signed'),
    }),
    output: orderOutcome.extend({ delivery: z.enum(['deliveredUnproven', 'delivered']) }),
    endorsers: ['bank', 'logistics'],
    subject: ABOUT.order,
    repeat: onceFor('secret'),
    errors: ['STATE_CONFLICT', 'FEE_NOT_CAPTURED', 'DELIVERY_PROOF_INVALID', 'DELIVERY_LATE'],
    operations: { fixed: 9 },
    example: { ...ORDER, secret: DIGEST },
  }),
  purgeAddresses: define({
    kind: 'submit',
    units: [],
    summary:
      'Purges the private address of an order that was picked up but ended without delivery.',
    access: ['logistics.dispatcher'],
    owner: { of: 'quote' },
    input: orderKey,
    output: outcome,
    endorsers: ['bank', 'logistics'],
    subject: ABOUT.order,
    repeat: { by: 'always', apart: [CALLER] },
    errors: ['STATE_CONFLICT'],
    operations: { fixed: 5 },
    example: ORDER,
  }),
  readQuote: query({
    summary: "A logistics company's quote for an order.",
    input: orderKey.extend({ logisticsId: identifier }),
    errors: ['NOT_FOUND'],
    output: quote,
    example: { ...ORDER, logisticsId: LOGISTICS_ID },
  }),
  readAddress: query({
    summary: 'The private address of an order between pick-up and delivery.',
    access: ['logistics.dispatcher', 'logistics.courier'],
    owner: { of: 'order' },
    endorsers: ['logistics'],
    input: orderKey.extend({ ref: identifier }),
    errors: ['ADDRESS_UNKNOWN'],
    output: z.strictObject({
      ref: identifier,
      latitude: z.int(),
      longitude: z.int(),
      text: z.string(),
    }),
    example: { ...ORDER, ref: 'addr-1' },
  }),
  listCouriers: query({
    summary: 'The couriers of a logistics company, in order of their ids.',
    input: z.strictObject({ logisticsId: identifier }),
    output: z.strictObject({
      couriers: z.array(courierOfFleet.extend({ logisticsId: identifier })),
    }),
    example: { logisticsId: LOGISTICS_ID },
  }),
};

/** The answer to a quote is fields of its row. */
export const QUOTE_ANSWERS = [
  'goodsTotal',
  'offers',
] as const satisfies readonly (keyof QuoteRow)[];

/** Express: the logistics company's one transaction of an order. */
export const logisticsLeg = define({
  kind: 'submit',
  units: ['11', '1101', '1102', '1103', '1104'],
  summary:
    "Logistics' leg: verifies and locates the goods, prices and ranks couriers by the zones of the addresses, and states the waybill, for the basket with this digest.",
  access: ['logistics.dispatcher'],
  owner: { of: 'input', field: 'basket.logisticsId' },
  input: z.strictObject({ basket, statement }),
  output: outcome.extend({ goodsTotal: amount, offers }),
  transient: offeredAddresses,
  endorsers: ['bank', 'logistics'],
  subject: ABOUT.orderOfBasket,
  repeat: {
    by: 'receipt',
    apart: ['basket.logisticsId'],
    in: { row: 'quote', field: 'receipt', begins: true, answers: QUOTE_ANSWERS },
  },
  errors: [...GOODS_AS_PICKED, 'ADDRESSES_DIFFER', 'NO_COURIER'],
  operations: { fixed: 4, perEntry: 1 },
  batch: true,
  example: { basket: BASKET, statement: { ...STATEMENT, waybill: 'WB-1001' } },
  transientExample: ADDRESSES,
});
