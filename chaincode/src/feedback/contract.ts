// SPDX-License-Identifier: Apache-2.0
// Feedback on the ledger: stored purchases, ratings, and the aggregates that flow back (units 17 and 18).
import {
  ensure,
  found,
  ratingsText,
  toUnits,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderTerms,
} from '@fabric-offline-pay/domain';
import { holdOf } from '../shared/capturing.js';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { purchasesAfter } from '../shared/purchases.js';
import { orderRow, termsRow } from '../shared/rows.js';
import { ensureSignedByDevice } from '../shared/signing.js';
import { recordPurchase } from '../shared/storing.js';
import { publish } from './publish.js';

const PURCHASES_A_PAGE = 100;

type Rated = Pick<InputOf<'feedback', 'rate'>['ratings'][number], 'subject' | 'subjectId'>;

/** Unit 17. For an express order, the bank's leg has already stored the purchase. */
async function storePurchase(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  ensure(toUnits(holdOf(order).captured) > 0n, 'PURCHASE_REQUIRED', { state: order.state });
  ensure(order.settled?.units.includes('17') !== true, 'STATE_CONFLICT', { state: order.state });
  recordPurchase(call, order, (await termsRow(call, order)).terms);
  return {};
}

/**
 * The owner of the catalogue with the subject: merchant or logistics company. Undefined when the subject is not part of the
 * order.
 */
function catalogueOwnerOf(rating: Rated, terms: OrderTerms): string | undefined {
  const subjects = {
    goods: terms.lines.some((line) => line.gtin === rating.subjectId)
      ? terms.merchantId
      : undefined,
    merchant: rating.subjectId === terms.merchantId ? terms.merchantId : undefined,
    courier: rating.subjectId === terms.courierId ? terms.logisticsId : undefined,
  };
  return subjects[rating.subject];
}

/** A customer has one opinion of a subject. A new one replaces the waiting one, and on publishing also the published one. */
async function rate(call: Call<InputOf<'feedback', 'rate'>>) {
  const { merchantId, orderNumber, ratings, signature } = call.input;
  const order = await orderRow(call, call.input);
  const row = await termsRow(call, order);
  ensure(toUnits(holdOf(order).captured) > 0n, 'PURCHASE_REQUIRED', { state: order.state });
  await ensureSignedByDevice(call, row, ratingsText(order, ratings), signature);
  const { customerId } = order;
  for (const { subject, subjectId, stars, defect } of ratings) {
    const owner = catalogueOwnerOf({ subject, subjectId }, row.terms);
    const known = found(owner, 'SUBJECT_NOT_IN_ORDER', { subject, subjectId });
    const rating = { merchantId, orderNumber, customerId, stars, defect };
    call.store.put('rating', rating, subject, known, subjectId, customerId);
  }
  return {};
}

async function listPurchases(call: Call<InputOf<'feedback', 'listPurchases'>>) {
  const { customerId, after } = call.input;
  return await purchasesAfter(call, customerId, after, PURCHASES_A_PAGE);
}

export const FeedbackContract = contractOf('feedback', {
  storePurchase,
  rate,
  publish,
  listPurchases,
});
