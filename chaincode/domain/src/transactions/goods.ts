// SPDX-License-Identifier: Apache-2.0
// Goods and merchants: licences, catalogue, verification, partition, merchant verification, category check (units 8 to 10, 12).
import * as z from 'zod';
import { category, gtin, identifier } from '../base/identifiers.js';
import {
  goods as goodsShape,
  goodsRow,
  merchant,
  merchantRow,
} from '../ledger/catalogue-shapes.js';
import { orderKey } from '../ledger/order-shapes.js';
import { ABOUT, BY_STATE, ONCE, define, query } from './define.js';
import { BANK_ID, GTIN, ORDER } from './examples.js';
import { CHOICE_QUOTED, GOODS_AS_PICKED, MERCHANT_MAY_SELL } from './refusals.js';
import { orderOutcome, outcome } from './shapes.js';

const GOODS = {
  gtin: GTIN,
  category: '43211503',
  price: '1250',
  currency: 'EUR',
  origin: 'DE',
  certificate: 'CE-2024-118',
  weightGrams: 1400,
  location: { latitude: 52520008, longitude: 13404954 },
  withdrawn: false,
};

export const goods = {
  licenseMerchants: define({
    kind: 'submit',
    units: [],
    summary:
      'The bank registers merchants with their licences and allowed categories, and widens or extends them. Narrowing a licence needs a vote.',
    access: ['bank.teller'],
    owner: { of: 'input', field: 'bankId' },
    input: z.strictObject({ bankId: identifier, merchants: z.array(merchant).min(1).max(200) }),
    output: outcome,
    subject: ABOUT.bank,
    repeat: BY_STATE,
    errors: ['ACTOR_TAKEN', 'LICENCE_NARROWED'],
    operations: { fixed: 1, perEntry: 2 },
    example: {
      bankId: BANK_ID,
      merchants: [
        {
          merchantId: ORDER.merchantId,
          mspId: 'MerchantMSP',
          active: true,
          licence: { number: 'LIC-1', validUntil: 1830297600 },
          categories: ['43000000'],
        },
      ],
    },
  }),
  registerGoods: define({
    kind: 'submit',
    units: [],
    summary: 'The merchant registers goods in a batch, or replaces their registration.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: z.strictObject({ merchantId: identifier, goods: z.array(goodsShape).min(1).max(200) }),
    output: outcome,
    subject: ABOUT.merchant,
    repeat: BY_STATE,
    errors: [],
    operations: { fixed: 2, perEntry: 2 },
    example: { merchantId: ORDER.merchantId, goods: [GOODS] },
  }),
  withdrawGoods: define({
    kind: 'submit',
    units: [],
    summary: 'Withdraws goods from sale.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: z.strictObject({ merchantId: identifier, gtin }),
    output: outcome,
    subject: ABOUT.merchant,
    repeat: { by: 'state', apart: ['gtin'] },
    errors: ['GOODS_UNKNOWN'],
    operations: { fixed: 4 },
    example: { merchantId: ORDER.merchantId, gtin: GTIN },
  }),
  verify: define({
    kind: 'submit',
    units: ['8'],
    summary: "Checks every line of the basket against the merchant's registration.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['NOT_FOUND', ...GOODS_AS_PICKED],
    operations: { fixed: 5, perEntry: 1 },
    example: ORDER,
  }),
  partition: define({
    kind: 'submit',
    units: ['9'],
    summary: 'Puts each verified line into its category.',
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: outcome.extend({ categories: z.array(category) }),
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['NOT_FOUND', 'GOODS_UNKNOWN'],
    operations: { fixed: 5, perEntry: 1 },
    example: ORDER,
  }),
  verifyMerchant: define({
    kind: 'submit',
    units: ['10'],
    summary: "Checks the licence, the categories, and that logistics quoted the customer's choice.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [
      'NOT_FOUND',
      'STATE_CONFLICT',
      'VERIFICATION_MISSING',
      ...MERCHANT_MAY_SELL,
      ...CHOICE_QUOTED,
    ],
    operations: { fixed: 9 },
    example: ORDER,
  }),
  checkCategories: define({
    kind: 'submit',
    units: ['12'],
    summary:
      "Checks that the order's categories equal the verified partition and that the courier may carry them.",
    access: ['merchant.cashier'],
    owner: { of: 'input', field: 'merchantId' },
    input: orderKey,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [
      'NOT_FOUND',
      'STATE_CONFLICT',
      'VERIFICATION_MISSING',
      'GOODS_UNKNOWN',
      'CATEGORY_MISMATCH',
      'COURIER_NOT_ELIGIBLE',
    ],
    operations: { fixed: 9, perEntry: 1 },
    example: ORDER,
  }),
  readGoods: query({
    summary: 'One registration, with its digest and ratings.',
    input: z.strictObject({ merchantId: identifier, gtin }),
    errors: ['GOODS_UNKNOWN'],
    output: goodsRow,
    example: { merchantId: ORDER.merchantId, gtin: GTIN },
  }),
  readMerchant: query({
    summary: 'A merchant with licence, categories and ratings.',
    input: z.strictObject({ merchantId: identifier }),
    errors: ['MERCHANT_UNKNOWN'],
    output: merchantRow,
    example: { merchantId: ORDER.merchantId },
  }),
};
