// SPDX-License-Identifier: Apache-2.0
// The node's interface: the route of every operation, who may call it, what it takes and what it answers.
import {
  currency,
  digest,
  gtin,
  identifier,
  instant,
  quantity,
  refusalsOf,
  TRANSACTIONS,
} from '@fabric-offline-pay/domain';
import {
  file,
  operations,
  placedOutput,
  type ApiDescription,
  type FieldMeanings,
  type Operation,
} from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { SHOP_CHANNEL, type Role } from '../context.js';
import { LOGISTICS_ERRORS } from '../errors.js';
import { LOGISTICS_FIELDS } from './ownership.js';
import * as shapes from './shapes.js';
import { BASKET_KIB, UNIT_OPERATIONS } from './unit-operations.js';

type Call<O extends Partial<Operation>> = O & { readonly roles: readonly Role[] };

const by =
  (...roles: readonly Role[]) =>
  <const O extends Omit<Operation, 'roles'>>(operation: O): Call<O> => ({ ...operation, roles });

/** Whoever plans and watches. */
const office = by('dispatcher', 'operator');
const dispatcher = by('dispatcher');
/** Money leaves by these only. */
const operator = by('operator');
/** A courier sees and carries its own waybills only; any other is unknown to it. */
const carrying = by('dispatcher', 'courier');
const everybody = by('dispatcher', 'courier', 'operator');
/** A shop sees its own orders only. */
const tracking = by('dispatcher', 'courier', 'operator', SHOP_CHANNEL);
const quoting = by('dispatcher', SHOP_CHANNEL);

const { orderKey, page, next, done, day } = shapes;

/** A leap year, as one answer. */
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

const daysBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / DAY_MS;

const quotes = {
  ...UNIT_OPERATIONS,
  quoteOrder: quoting({
    method: 'POST',
    path: '/quotes',
    summary:
      'Quotes a basket on the ledger, gives the waybill its number, and keeps the addresses until the pick-up.',
    input: z.strictObject({
      basket: shapes.basket,
      ...shapes.book,
      statement: shapes.statement
        .optional()
        .describe("a dispatcher's: the company's own record of the goods; else what is asked for"),
    }),
    output: placedOutput(TRANSACTIONS.express.quote.output).extend({ waybill: identifier }),
    errors: [
      ...refusalsOf(TRANSACTIONS.express.quote),
      'IDEMPOTENCY_CONFLICT',
      'NOT_OWNER',
      'ADDRESS_NOT_NEEDED',
    ],
    bodyKiB: BASKET_KIB,
  }),
  listQuotes: office({
    method: 'GET',
    path: '/quotes',
    summary: "The company's quotes, in order of merchants and order numbers.",
    input: z.strictObject({ outcome: shapes.outcome.optional(), ...page }),
    output: z.object({ quotes: z.array(shapes.quote), next }),
  }),
  readQuoteFigures: office({
    method: 'GET',
    path: '/quotes/figures',
    summary: 'How often customers took the quotes of a time, and how each courier fared in them.',
    input: z.strictObject({ from: shapes.instantText, until: shapes.instantText }),
    output: shapes.figures,
  }),
};

const couriers = {
  listCouriers: office({
    method: 'GET',
    path: '/couriers',
    summary: 'The couriers as the ledger has them: tariffs, areas, opinions, conduct.',
    input: z.strictObject({}),
    output: z.object({ couriers: z.array(shapes.courier) }),
  }),
  readCourier: office({
    method: 'GET',
    path: '/couriers/:courierId',
    summary: 'A courier with every version of its registration, and those that are planned.',
    input: z.strictObject({ courierId: identifier }),
    output: z.object({
      courier: shapes.courier.nullable(),
      versions: z.array(shapes.version),
      plans: z.array(shapes.plan),
    }),
    errors: ['NOT_FOUND'],
  }),
  planCourier: dispatcher({
    method: 'POST',
    path: '/couriers/:courierId/plans',
    summary: 'Plans tariffs, areas and categories of a courier from an instant on, or at once.',
    input: z.strictObject({
      ...shapes.registrationFields,
      validFrom: instant.optional().describe('at once when absent or past'),
    }),
    output: z.object({ validFrom: instant }),
    errors: ['FLEET_TOO_LARGE', 'PLAN_DONE'],
  }),
  cancelCourierPlan: dispatcher({
    method: 'DELETE',
    path: '/couriers/:courierId/plans/:validFrom',
    summary: 'Takes back a plan that waits: one that is being sent may be on the ledger already.',
    input: z.strictObject({ courierId: identifier, validFrom: shapes.instantText }),
    output: done,
    errors: ['NOT_FOUND'],
  }),
};

const goods = {
  recordPlace: dispatcher({
    method: 'PUT',
    path: '/places/:placeId',
    summary: 'Says where a depot, hub or vehicle of the company is.',
    input: z.strictObject({ placeId: identifier, ...shapes.ownPlace }),
    output: done,
  }),
  listPlaces: everybody({
    method: 'GET',
    path: '/places',
    summary: "The company's places.",
    input: z.strictObject({}),
    output: z.object({
      places: z.array(z.object({ placeId: identifier, ...shapes.ownPlace })),
    }),
  }),
  moveGoods: carrying({
    method: 'POST',
    path: '/moves',
    summary: 'Records that goods came in, went from place to place, or went out; once for its id.',
    input: z
      .strictObject({
        moveId: identifier.describe("the sender's own; a repetition has the same"),
        merchantId: identifier,
        gtin,
        quantity,
        from: identifier.nullable().describe('a place; null: from the merchant'),
        to: identifier.nullable().describe("a place; null: out of the company's places"),
        orderNumber: identifier
          .nullable()
          .default(null)
          .describe(
            'the order that they belong to; a courier names one that it carries, and moves its pieces only',
          ),
      })
      .refine(({ from, to }) => from !== to, { message: 'must differ', path: ['to'] }),
    output: z.object({ replayed: z.boolean() }),
    errors: [
      ...(['NOT_FOUND', 'STATE_CONFLICT', 'GOODS_NOT_ASSIGNED', 'NOT_ENOUGH_GOODS'] as const),
      ...(['PLACE_UNKNOWN', 'PLACE_FULL', 'IDEMPOTENCY_CONFLICT'] as const),
    ],
  }),
  findGoods: everybody({
    method: 'GET',
    path: '/goods/:merchantId/:gtin',
    summary: "Where goods are: as the merchant registered them, and in the company's own places.",
    input: z.strictObject({ merchantId: identifier, gtin }),
    output: shapes.foundGoods,
    errors: ['NOT_FOUND'],
  }),
};

const waybills = {
  listWaybills: tracking({
    method: 'GET',
    path: '/waybills',
    summary: 'The orders that the company carries; a courier or a shop gets its own.',
    input: z.strictObject({
      courierId: identifier.optional(),
      delivery: shapes.delivery.optional(),
      ...page,
    }),
    output: z.object({ waybills: z.array(shapes.waybill), next }),
  }),
  listUnassigned: office({
    method: 'GET',
    path: '/waybills/unassigned',
    summary: 'Paid and undelivered orders that stand in no route from a day on; at most 500.',
    input: z.strictObject({ day }),
    output: z.object({ waybills: z.array(shapes.waybill) }),
  }),
  listLate: office({
    method: 'GET',
    path: '/waybills/late',
    summary: 'Deliveries whose time has passed and that are still under way; at most 500.',
    input: z.strictObject({}),
    output: z.object({ late: z.array(shapes.late) }),
  }),
  readWaybill: tracking({
    method: 'GET',
    path: '/waybills/:merchantId/:orderNumber',
    summary: 'An order with its goods, where they are fetched, and where they went.',
    input: z.strictObject(orderKey),
    output: shapes.waybillWithGoods,
    errors: ['NOT_FOUND'],
  }),
  holdAddresses: dispatcher({
    method: 'PUT',
    path: '/waybills/:merchantId/:orderNumber/addresses',
    summary: 'Keeps the addresses that the customer offered, until the pick-up.',
    input: z.strictObject({ ...orderKey, ...shapes.book }),
    output: done,
    errors: ['ADDRESS_NOT_NEEDED', 'ADDRESSES_DIFFER'],
  }),
  readAddress: carrying({
    method: 'GET',
    path: '/waybills/:merchantId/:orderNumber/address',
    summary: 'The address that the goods go to, until the delivery.',
    input: z.strictObject(orderKey),
    output: shapes.address,
    errors: ['NOT_FOUND', 'ADDRESS_NOT_NEEDED', 'ADDRESSES_NOT_HELD', 'ADDRESS_UNKNOWN'],
  }),
  pickUp: carrying({
    method: 'POST',
    path: '/waybills/:merchantId/:orderNumber/pick-up',
    summary: 'The courier takes the goods, once the fee is certain.',
    input: z.strictObject(orderKey),
    output: shapes.progress,
    errors: ['NOT_FOUND', 'ADDRESSES_NOT_HELD', ...refusalsOf(TRANSACTIONS.logistics.pickUp)],
  }),
  deliver: carrying({
    method: 'POST',
    path: '/waybills/:merchantId/:orderNumber/delivery',
    summary: "The courier delivers; the secret from the customer's device proves it.",
    input: z.strictObject({
      ...orderKey,
      secret: digest
        .optional()
        .describe('32 bytes in hex; without it the delivery is believed after some time'),
    }),
    output: shapes.progress,
    errors: ['NOT_FOUND', ...refusalsOf(TRANSACTIONS.logistics.deliver)],
  }),
};

const routes = {
  planRoute: dispatcher({
    method: 'PUT',
    path: '/routes/:day/:courierId',
    summary: "Says what a courier's route of a day is, stop by stop.",
    input: z.strictObject({
      day,
      courierId: identifier,
      stops: z.array(z.strictObject(orderKey)).max(500),
    }),
    output: done,
    errors: ['NOT_FOUND', 'COURIER_NOT_CHOSEN', 'STATE_CONFLICT'],
    bodyKiB: BASKET_KIB,
  }),
  readRoute: office({
    method: 'GET',
    path: '/routes/:day/:courierId',
    summary: "A courier's route of a day, with how far each stop is.",
    input: z.strictObject({ day, courierId: identifier }),
    output: shapes.route,
  }),
  readOwnRoute: by('courier')({
    method: 'GET',
    path: '/routes/:day',
    summary: "The calling courier's own route of a day.",
    input: z.strictObject({ day }),
    output: shapes.route,
  }),
};

const money = {
  setCourierShare: operator({
    method: 'PUT',
    path: '/couriers/:courierId/share',
    summary: "Sets a courier's share of the fees that are credited from now on.",
    input: z.strictObject({
      courierId: identifier,
      basisPoints: z.int().min(0).max(10_000).describe('of 10,000'),
    }),
    output: z.object({ validFrom: instant }),
  }),
  listEarnings: everybody({
    method: 'GET',
    path: '/earnings',
    summary:
      'What couriers earned by day, courier and currency, in at most 366 days; a courier gets its own.',
    input: z
      .strictObject({ from: day, to: day, courierId: identifier.optional() })
      .refine(({ from, to }) => daysBetween(from, to) < MOST_DAYS, {
        message: `must be at most ${MOST_DAYS} days`,
        path: ['to'],
      }),
    output: z.object({
      earnings: z.array(
        z.object({
          day,
          courierId: identifier,
          currency,
          deliveries: z.int(),
          amount: shapes.sum,
        }),
      ),
    }),
  }),
  listOwed: everybody({
    method: 'GET',
    path: '/earnings/owed',
    summary: 'What couriers earned and were not paid; a courier gets its own.',
    input: z.strictObject({}),
    output: z.object({ owed: z.array(shapes.owed) }),
  }),
  closePayroll: operator({
    method: 'POST',
    path: '/payrolls/:day',
    summary: 'Closes a day that is over: what couriers earned until its end goes to payroll, once.',
    input: z.strictObject({ day }),
    output: shapes.payroll,
    errors: ['DAY_NOT_OVER'],
  }),
  readPayroll: operator({
    method: 'GET',
    path: '/payrolls/:day',
    summary: "The payments of a day's payroll.",
    input: z.strictObject({ day }),
    output: shapes.payroll,
    errors: ['NOT_FOUND'],
  }),
  readPayrollFile: operator({
    method: 'GET',
    path: '/payrolls/:day/file',
    summary: 'The same as a file with a line for each payment.',
    input: z.strictObject({ day }),
    output: file('text/csv'),
    errors: ['NOT_FOUND'],
  }),
  readBooks: operator({
    method: 'GET',
    path: '/books',
    summary: 'What the ledger credited, how it was divided, and what is owed and paid.',
    input: z.strictObject({}),
    output: z.object({ books: z.array(shapes.books) }),
  }),
  readMoney: operator({
    method: 'GET',
    path: '/money',
    summary: "The company's money on the ledger, and what it can be paid out.",
    input: z.strictObject({}),
    output: z.object({ money: z.array(shapes.money) }),
  }),
  requestPayout: operator({
    method: 'POST',
    path: '/payouts',
    summary: 'Requests a payout from the bank, once for its id.',
    input: z.strictObject({
      payoutId: identifier.describe("the company's own; a repetition has the same"),
      currency,
      amount: TRANSACTIONS.settlement.requestPayout.input.shape.amount,
    }),
    output: done,
    errors: ['PAYOUT_TOO_LARGE', 'IDEMPOTENCY_CONFLICT'],
  }),
  listPayouts: operator({
    method: 'GET',
    path: '/payouts',
    summary: 'Payouts, the newest first, and how far each is; at most 500.',
    input: z.strictObject({}),
    output: z.object({ payouts: z.array(shapes.payout) }),
  }),
};

export const LOGISTICS_OPERATIONS = operations({
  ...quotes,
  ...couriers,
  ...goods,
  ...waybills,
  ...routes,
  ...money,
});

export type OperationTable = typeof LOGISTICS_OPERATIONS;

export const LOGISTICS_API = {
  title: "The logistics company's node",
  description:
    'Quotes, couriers, goods, waybills, routes, deliveries, earnings and payouts of one logistics company. Instants are seconds since 1970, amounts minor units as decimal strings.',
  version: '0.1.0',
  operations: LOGISTICS_OPERATIONS,
  // A field of an operation that has no meaning does not compile.
  fields: LOGISTICS_FIELDS satisfies FieldMeanings<OperationTable>,
  errors: LOGISTICS_ERRORS,
} satisfies ApiDescription;
