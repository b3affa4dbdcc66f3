// SPDX-License-Identifier: Apache-2.0
// Feedback on the ledger: stored purchases, ratings, and the aggregates that flow back (units 17 and 18).
import {
  ensure,
  found,
  ratingsText,
  toUnits,
  verifyEs256,
  type Aggregate,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type OrderTerms,
  type RatingRow,
  type TermsRow,
} from '@fabric-offline-pay/domain';
import { holdOf } from '../shared/capturing.js';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { takenAlongBy } from '../shared/payments.js';
import { merchantRow, orderRow, termsRow } from '../shared/rows.js';
import { purchasesOf, storePurchase as store } from '../shared/storing.js';

const PUBLISH_LIMIT = 500;

type Rated = Pick<InputOf<'feedback', 'rate'>['ratings'][number], 'subject' | 'subjectId'>;

/** Unit 17. The bank's express leg has stored what it paid. */
async function storePurchase(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  ensure(toUnits(holdOf(order).captured) > 0n, 'PURCHASE_REQUIRED', { state: order.state });
  ensure(order.settled?.units.includes('17') !== true, 'STATE_CONFLICT', { state: order.state });
  store(call, order, (await termsRow(call, order)).terms);
  return {};
}

/** Whose catalogue the subject stands in: the merchant's or the logistics company's. Undefined when it is no part of the order. */
function ownerOf(rating: Rated, terms: OrderTerms): string | undefined {
  const subjects = {
    goods: terms.lines.some((line) => line.gtin === rating.subjectId)
      ? terms.merchantId
      : undefined,
    merchant: rating.subjectId === terms.merchantId ? terms.merchantId : undefined,
    courier: rating.subjectId === terms.courierId ? terms.logisticsId : undefined,
  };
  return subjects[rating.subject];
}

/** The key of the device that placed the order. */
async function signingKey(call: Call, { terms, deviceId }: TermsRow): Promise<string> {
  const device = await call.store.get('device', terms.customerId, deviceId);
  return found(device, 'DEVICE_UNKNOWN', { deviceId }).publicKey;
}

async function rate(call: Call<InputOf<'feedback', 'rate'>>) {
  const { merchantId, orderNumber, ratings, signature } = call.input;
  const order = await orderRow(call, call.input);
  const row = await termsRow(call, order);
  ensure(toUnits(holdOf(order).captured) > 0n, 'PURCHASE_REQUIRED', { state: order.state });
  const publicKey = await signingKey(call, row);
  ensure(verifyEs256(publicKey, ratingsText(order, ratings), signature), 'SIGNATURE_INVALID', {
    deviceId: row.deviceId,
  });
  const reference = `${merchantId}~${orderNumber}`;
  for (const { subject, subjectId, stars, defect } of ratings) {
    const owner = ownerOf({ subject, subjectId }, row.terms);
    const known = found(owner, 'SUBJECT_NOT_IN_ORDER', { subject, subjectId });
    call.store.put('rating', { stars, defect }, subject, known, subjectId, reference);
  }
  return {};
}

const add = (sum: Aggregate, rating: RatingRow): Aggregate => ({
  count: sum.count + 1,
  stars: sum.stars + rating.stars,
  defects: sum.defects + (rating.defect ? 1 : 0),
});

type Publish = InputOf<'feedback', 'publish'>;

/** The row that carries the subject's aggregate: the one that units 7, 8 and 1104 read anyway. */
async function withAggregate(
  call: Call<Publish>,
  fold: (before: Aggregate) => Aggregate,
): Promise<Aggregate> {
  const { subject, owner, subjectId } = call.input;
  if (subject === 'merchant') {
    const merchant = await merchantRow(call, subjectId);
    const rating = fold(merchant.rating);
    call.store.put('merchant', { ...merchant, rating });
    return rating;
  }
  if (subject === 'goods') {
    const goods = found(await call.store.get('goods', owner, subjectId), 'GOODS_UNKNOWN', {
      gtin: subjectId,
    });
    const rating = fold(goods.rating);
    call.store.put('goods', { ...goods, rating });
    return rating;
  }
  const courier = found(await call.store.get('courier', owner, subjectId), 'NOT_FOUND', {
    row: 'courier',
  });
  const rating = fold(courier.rating);
  call.store.put('courier', { ...courier, rating });
  return rating;
}

/** Unit 18 → 1: ratings are removed as they are folded, so that none counts twice. */
async function publish(call: Call<Publish>) {
  const { subject, owner, subjectId } = call.input;
  const entries = await call.store.range('rating', [subject, owner, subjectId], PUBLISH_LIMIT);
  const aggregate = await withAggregate(call, (before) =>
    entries.reduce((sum, entry) => add(sum, entry.value), before),
  );
  for (const entry of entries) call.store.remove(entry.key);
  return { ...aggregate };
}

/** Goods taken along have no lines here: only customer and merchant know them. */
async function listPurchases(call: Call<InputOf<'feedback', 'listPurchases'>>) {
  const { customerId } = call.input;
  const purchases = (await purchasesOf(call, customerId)).map((purchase) => ({
    ...purchase,
    mode: purchase.mode ?? ('online' as const),
    lines: [...purchase.lines],
  }));
  const takenAlong = (await takenAlongBy(call, customerId)).map(
    ({ merchantId, orderNumber, currency, amount, at }) => ({
      ...{ merchantId, orderNumber, customerId, currency, amount, at },
      mode: 'offline' as const,
      lines: [],
    }),
  );
  return { purchases: [...purchases, ...takenAlong] };
}

export const FeedbackContract = contractOf('feedback', {
  storePurchase,
  rate,
  publish,
  listPurchases,
});
