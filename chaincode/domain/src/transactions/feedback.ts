// SPDX-License-Identifier: Apache-2.0
// Feedback: purchases stored as pseudonymous receipts, ratings, published aggregates (units 17 and 18).
import * as z from 'zod';
import { identifier, signature } from '../base/identifiers.js';
import { aggregate, ratingSubject as subject } from '../ledger/catalogue-shapes.js';
import { orderKey, purchase } from '../ledger/order-shapes.js';
import { ABOUT, BY_STATE, ONCE, define, query } from './define.js';
import { CUSTOMER_ID, GTIN, ORDER, SIGNATURE } from './examples.js';
import { outcome, pageAfter, pageNext } from './shapes.js';

const stars = z.int().min(1).max(5);
const rating = z.strictObject({
  subject,
  subjectId: identifier.describe('GTIN, merchant id or courier id'),
  stars,
  defect: z.boolean(),
});
const isRatedOnce = (all: readonly z.output<typeof rating>[]): boolean =>
  new Set(all.map(({ subject, subjectId }) => `${subject}/${subjectId}`)).size === all.length;
const ratings = z.array(rating).min(1).max(20).refine(isRatedOnce, 'a subject is rated twice');
const RATINGS = [{ subject: 'goods' as const, subjectId: GTIN, stars: 5, defect: false }];

export const feedback = {
  storePurchase: define({
    kind: 'submit',
    units: ['17'],
    summary: 'Stores a paid purchase as a pseudonymous receipt with unit prices.',
    access: ['bank.bank-node'],
    owner: { of: 'order' },
    input: orderKey,
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'PURCHASE_REQUIRED'],
    operations: { fixed: 6 },
    example: ORDER,
  }),
  rate: define({
    kind: 'submit',
    units: ['18'],
    summary:
      "Takes the customer's ratings of its purchase, signed by its device. Only the newest opinion on each subject counts.",
    access: ['bank.bank-node'],
    owner: { of: 'order' },
    input: orderKey.extend({ ratings, signature }),
    output: outcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors: [
      'STATE_CONFLICT',
      'PURCHASE_REQUIRED',
      'SIGNATURE_INVALID',
      'SUBJECT_NOT_IN_ORDER',
      'DEVICE_UNKNOWN',
    ],
    operations: { fixed: 6, perEntry: 1 },
    example: { ...ORDER, ratings: RATINGS, signature: SIGNATURE },
  }),
  publish: define({
    kind: 'submit',
    units: ['18'],
    summary:
      'Folds up to 500 opinions on one subject into the aggregate that units 7, 8 and 1104 read. Each customer counts once, and less for orders that were not delivered or were refunded.',
    access: ['bank.bank-node'],
    owner: { of: 'network' },
    input: z.strictObject({
      subject,
      owner: identifier.describe('merchant or logistics company'),
      subjectId: identifier,
    }),
    output: outcome.extend(aggregate.shape),
    subject: { kind: 'rated', fields: ['subject', 'owner', 'subjectId'] },
    repeat: BY_STATE,
    errors: ['MERCHANT_UNKNOWN', 'GOODS_UNKNOWN', 'NOT_FOUND'],
    operations: { fixed: 4, perEntry: 4 },
    example: { subject: 'goods' as const, owner: ORDER.merchantId, subjectId: GTIN },
  }),
  listPurchases: query({
    summary:
      "A customer's purchases with unit prices, for its own bank, page by page. Goods that were paid offline and taken along need a scan of all batches, so a page may have few entries.",
    access: ['bank.auth-service', 'bank.teller', 'bank.auditor'],
    owner: { of: 'customer' },
    input: z.strictObject({ customerId: identifier, ...pageAfter }),
    output: z.strictObject({
      purchases: z.array(
        purchase.extend({
          mode: z.enum(['online', 'offline']).describe('how it was paid'),
          refunded: z.boolean().describe('most of its money went back'),
        }),
      ),
      ...pageNext,
    }),
    example: { customerId: CUSTOMER_ID },
  }),
};
