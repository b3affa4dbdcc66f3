// SPDX-License-Identifier: Apache-2.0
// The order itself: basket, placing with the customer's signature, the three statements and their comparison (unit 13).
import * as z from 'zod';
import { amount, identifier, instant } from '../base/identifiers.js';
import { basket, difference, order, orderKey, statement } from '../ledger/order-shapes.js';
import { step } from '../ledger/receipt.js';
import { ABOUT, ONCE, define, query } from './define.js';
import { BASKET, ORDER, SIGNATURE, STATEMENT, TERMS } from './examples.js';
import {
  CHOICE_QUOTED,
  GOODS_AS_PICKED,
  HOLD_PLACED,
  LOGGED_IN,
  MERCHANT_MAY_SELL,
} from './refusals.js';
import { orderOutcome, outcome, pageAfter, pageNext, signedTerms, unitId } from './shapes.js';

/** One entry per unit. */
const receipt = z.strictObject({ unit: unitId.nullable(), ...step.shape });

export const orderNumber = {
  openBasket: define({
    kind: 'submit',
    units: [],
    summary:
      'Writes the goods that the customer picked, before the price and the courier are known.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: basket,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [...LOGGED_IN],
    operations: { fixed: 7 },
    example: BASKET,
  }),
  place: define({
    kind: 'submit',
    units: [],
    summary: "Places the order with the customer's signature over its terms.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'terms.merchantId' },
    input: signedTerms,
    output: orderOutcome,
    subject: ABOUT.orderOfTerms,
    repeat: ONCE,
    errors: [
      'NOT_FOUND',
      'STATE_CONFLICT',
      'SIGNATURE_INVALID',
      ...LOGGED_IN,
      'VERIFICATION_MISSING',
      ...MERCHANT_MAY_SELL,
      ...CHOICE_QUOTED,
    ],
    operations: { fixed: 13 },
    example: { terms: TERMS, signature: SIGNATURE },
  }),
  stateMerchant: define({
    kind: 'submit',
    units: [],
    summary: "Submits the merchant's own statement of the order, from its order records.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey.extend({ statement }),
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['NOT_FOUND'],
    operations: { fixed: 6 },
    example: { ...ORDER, statement: STATEMENT },
  }),
  stateLogistics: define({
    kind: 'submit',
    units: [],
    summary: "Submits the logistics company's own statement of the order, from its waybill.",
    access: ['logistics.dispatcher'],
    owner: { of: 'basket' },
    input: orderKey.extend({ statement }),
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [],
    operations: { fixed: 5 },
    example: { ...ORDER, statement: { ...STATEMENT, waybill: 'WB-1001' } },
  }),
  compare: define({
    kind: 'submit',
    units: ['13'],
    summary:
      "Compares the three parties' statements. Equal ones lead to the bank node, different ones to the error report.",
    access: ['bank.bank-node'],
    owner: { of: 'order' },
    input: orderKey,
    output: orderOutcome.extend({ differences: z.array(difference) }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'STATEMENT_MISSING'],
    operations: { fixed: 8 },
    example: ORDER,
  }),
  readOrder: query({
    summary: 'The state of an order and its hold.',
    input: orderKey,
    errors: ['NOT_FOUND'],
    output: order,
    example: ORDER,
  }),
  readTerms: query({
    summary: 'The terms that the customer signed.',
    input: orderKey,
    errors: ['NOT_FOUND'],
    output: z.strictObject({
      terms: signedTerms.shape.terms,
      signature: z.string(),
      digest: z.string(),
      bankId: identifier,
      deviceId: identifier,
      placedAt: instant,
    }),
    example: ORDER,
  }),
  listOrders: query({
    summary: "A merchant's orders, at most 1,000 per call, in order of their numbers.",
    input: z.strictObject({ merchantId: identifier, ...pageAfter }),
    output: z.strictObject({ orders: z.array(order), ...pageNext }),
    example: { merchantId: ORDER.merchantId },
  }),
  trail: query({
    summary: 'All receipts of an order and of its login, in order of time.',
    input: orderKey,
    errors: ['NOT_FOUND'],
    output: z.strictObject({ order, receipts: z.array(receipt) }),
    example: ORDER,
  }),
};

/** Express: the merchant's one transaction of an order. */
export const merchantLeg = define({
  kind: 'submit',
  units: ['8', '9', '10', '12', '15'],
  summary:
    "Merchant's leg: places the order, holds the money, verifies goods, merchant and categories, and states its record.",
  access: ['merchant.cashier'],
  owner: { of: 'input', field: 'terms.merchantId' },
  input: signedTerms.extend({
    statement,
    claimed: amount
      .exactOptional()
      .describe('what the merchant claims when the order matches; absent: the whole total'),
  }),
  output: orderOutcome,
  subject: ABOUT.orderOfTerms,
  repeat: { by: 'receipt', in: { row: 'terms', field: 'receipt', begins: true } },
  errors: [
    'NOT_FOUND',
    'SIGNATURE_INVALID',
    ...LOGGED_IN,
    ...GOODS_AS_PICKED,
    ...MERCHANT_MAY_SELL,
    ...CHOICE_QUOTED,
    'CATEGORY_MISMATCH',
    ...HOLD_PLACED,
    'HOLD_EXCEEDED',
    'STATEMENT_MISSING',
  ],
  operations: { fixed: 9, perEntry: 1 },
  batch: true,
  example: { terms: TERMS, signature: SIGNATURE, statement: STATEMENT },
});
