// SPDX-License-Identifier: Apache-2.0
// Unit 18 → 1: folds ratings into the aggregate of their subject, each customer's newest opinion once.
import {
  courierOf,
  found,
  opinionOf,
  withOpinion,
  type Aggregate,
  type ParsedInputOf as InputOf,
  type Standards,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import type { Entry } from '../ledger/store.js';
import { fleetOf, putCourier } from '../shared/fleet.js';
import { standardsOf } from '../shared/judging.js';
import { merchantRow, orderRow } from '../shared/rows.js';

const PUBLISH_LIMIT = 500;

type Publish = InputOf<'feedback', 'publish'>;

/** A row with an aggregate, which units 7, 8 and 1104 read anyway. */
interface Carrier {
  readonly rating: Aggregate;
  readonly put: (rating: Aggregate) => void;
}

const CARRIER: Readonly<Record<Publish['subject'], (call: Call<Publish>) => Promise<Carrier>>> = {
  merchant: async (call) => {
    const row = await merchantRow(call, call.input.subjectId);
    return { ...row, put: (rating) => call.store.put('merchant', { ...row, rating }) };
  },
  goods: async (call) => {
    const { owner, subjectId: gtin } = call.input;
    const row = found(await call.store.get('goods', owner, gtin), 'GOODS_UNKNOWN', { gtin });
    return { ...row, put: (rating) => call.store.put('goods', { ...row, rating }) };
  },
  courier: async (call) => {
    const { owner, subjectId } = call.input;
    const fleet = await fleetOf(call, owner);
    const courier = courierOf(fleet, subjectId);
    return { ...courier, put: (rating) => putCourier(call, fleet, { ...courier, rating }) };
  },
};

/** Folding removes the rating. It keeps what the rating added, to subtract it when the customer's opinion changes. */
async function fold(
  call: Call<Publish>,
  sums: Aggregate,
  { key, value }: Entry<'rating'>,
  standards: Standards,
): Promise<Aggregate> {
  const { subject, owner, subjectId } = call.input;
  const place = [subject, owner, subjectId, value.customerId] as const;
  const opinion = opinionOf(value, await orderRow(call, value), standards);
  const before = await call.store.get('opinion', ...place);
  call.store.put('opinion', opinion, ...place);
  call.store.remove(key);
  return withOpinion(sums, before, opinion, standards);
}

export async function publish(call: Call<Publish>) {
  const { subject, owner, subjectId } = call.input;
  const entries = await call.store.range('rating', [subject, owner, subjectId], PUBLISH_LIMIT);
  const { rating: before, put } = await CARRIER[subject](call);
  const standards = await standardsOf(call);
  let rating = before;
  for (const entry of entries) rating = await fold(call, rating, entry, standards);
  put(rating);
  return { ...rating };
}
