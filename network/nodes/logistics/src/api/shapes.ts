// SPDX-License-Identifier: Apache-2.0
// What several operations take or answer.
import {
  amount,
  currency,
  gtin,
  identifier,
  instant,
  place,
  quantity,
  TRANSACTIONS,
} from '@fabric-offline-pay/domain';
import { numberText } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';

const { logistics, orderNumber, express } = TRANSACTIONS;

export const orderKey = { merchantId: identifier, orderNumber: identifier };

export const day = z.iso.date().describe("a day of the company's time zone");

/** An instant in a path or a query, which are text. */
export const instantText = numberText(instant);

export const page = {
  after: z.string().max(200).optional().describe('`next` of the page before'),
  limit: numberText(z.int().min(1).max(500)).default(100),
};

export const next = z.string().nullable().describe('null: this was the last page');

export const done = z.object({ done: z.literal(true) });

/** Minor units; of any length, and never below zero. */
export const sum = z
  .string()
  .regex(/^[0-9]+$/)
  .describe('minor units, decimal string');

export const { basket, statement } = express.quote.input.shape;
export const book = logistics.pickUp.transient.shape;
export const address = logistics.readAddress.output;
const registration = logistics.registerCouriers.input.shape.couriers.element;
export const registrationFields = registration.shape;
export const courier = logistics.listCouriers.output.shape.couriers.element.omit({
  logisticsId: true,
});

const order = orderNumber.readOrder.output.shape;

export const delivery = order.delivery;

export const progress = z.object({ state: order.state, delivery });

export const outcome = z.enum(['open', 'won', 'lost']).describe('`lost`: to another company');

export const version = z.object({
  version: z.int(),
  validFrom: instant,
  registration,
});

export const plan = z.object({
  validFrom: instant,
  registration,
  plannedBy: z.string(),
  plannedAt: instant,
  doneAt: instant.nullable().describe('when it was sent to the ledger, or a later one was'),
  refusal: z.string().nullable().describe('the code with which the ledger refused it'),
});

export const quote = z.object({
  ...orderKey,
  waybill: identifier.nullable(),
  goodsTotal: amount,
  quotedAt: instant,
  expiresAt: instant,
  outcome,
  courierId: identifier.nullable().describe('whom the customer chose; null unless won'),
});

const rate = z.int().nullable().describe('of 10,000; null when nothing is decided');

export const figures = z.object({
  quoted: z.int(),
  won: z.int(),
  lost: z.int(),
  expired: z.int(),
  open: z.int(),
  winRate: rate,
  couriers: z.array(
    z.object({ courierId: identifier, offered: z.int(), best: z.int(), chosen: z.int() }),
  ),
});

export const waybill = z.object({
  ...orderKey,
  waybill: identifier.nullable().describe("the company's own number"),
  courierId: identifier,
  currency,
  fee: amount,
  addressRef: identifier,
  placedAt: instant,
  state: order.state,
  delivery,
  feeCapturedAt: instant.nullable().describe('the goods may be picked up from then on'),
  promisedBy: instant.nullable(),
  deliverBy: instant.nullable().describe('then the customer may get the money back'),
  pickedUpAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  endedAt: instant.nullable(),
});

export const waybillWithGoods = waybill.extend({
  goods: z.array(
    z.object({
      gtin,
      quantity,
      weightGrams: z.int().nullable(),
      location: place.nullable().describe('where the merchant registered them'),
    }),
  ),
  moves: z.array(
    z.object({
      moveId: identifier,
      gtin,
      quantity,
      from: identifier.nullable(),
      to: identifier.nullable(),
      movedAt: instant,
    }),
  ),
});

export const late = z.object({
  ...orderKey,
  kind: z
    .enum(['promise', 'deliverBy'])
    .describe("`promise`: the company's own time passed; `deliverBy`: the ledger's"),
  dueAt: instant,
  noticedAt: instant,
  alertedAt: instant.nullable(),
  courierId: identifier,
  delivery,
  state: order.state,
});

export const ownPlace = { location: place, active: z.boolean() };

export const foundGoods = z.object({
  registered: z
    .object({
      location: place,
      weightGrams: z.int(),
      category: z.string(),
      withdrawn: z.boolean(),
    })
    .nullable()
    .describe('as the merchant registered them on the ledger'),
  stock: z.array(z.object({ placeId: identifier, quantity })),
});

export const route = z.object({
  day,
  courierId: identifier,
  stops: z.array(waybill.extend({ stop: z.int().describe('from 1') })),
});

export const owed = z.object({ courierId: identifier, currency, amount: sum });

export const payroll = z.object({
  day,
  payments: z.array(owed.extend({ paymentId: z.string().describe('the same for a repetition') })),
});

export const books = z.object({
  currency,
  credited: sum.describe('fees that the ledger credited'),
  company: sum.describe('what the company keeps'),
  owed: sum.describe('to couriers'),
  paid: sum.describe('handed to payroll'),
  undivided: z
    .string()
    .regex(/^-?[0-9]+$/)
    .describe("credited and in nobody's account: 0, or the books are wrong"),
});

export const money = z.object({
  currency,
  balance: sum.describe('rolled up on the ledger'),
  withheld: sum.describe('for open disputes'),
  open: sum.describe('credited and not yet rolled up by the bank'),
  requested: sum.describe('requested and not yet paid by the bank'),
  payable: sum.describe('what another payout may ask for'),
});

export const payout = z.object({
  payoutId: identifier,
  currency,
  amount,
  askedAt: instant,
  askedBy: z.string().nullable().describe('`clock` for one by the rules; null: not by this node'),
  onLedgerAt: instant.nullable(),
  redeemedAt: instant.nullable().describe('when the bank paid it'),
  refusal: z.string().nullable().describe('the code with which the ledger refused it'),
});
