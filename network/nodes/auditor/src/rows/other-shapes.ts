// SPDX-License-Identifier: Apache-2.0
// The rows that hold no money. What they say is judged by replay; here only that each is a row of its kind.
import * as z from 'zod';
import {
  amount,
  count,
  currency,
  name,
  orderKey,
  receipt,
  reserveKey,
  seconds,
} from './basic-shapes.js';
import { stated } from './money-shapes.js';

const policy = z.looseObject({
  unprovenSeconds: seconds,
  decisionSeconds: seconds,
  debtSeconds: seconds,
  offline: z.looseObject({ bulletinSeconds: seconds }),
});

export const registry = z.strictObject({
  participants: z.array(
    z.strictObject({
      mspId: name,
      role: z.enum(['bank', 'merchant', 'logistics', 'auditor']),
      actor: name,
      bankId: name.nullable(),
      status: z.enum(['active', 'suspended']),
    }),
  ),
  policy,
  longestSpendSeconds: seconds.optional(),
  revisions: z.record(z.string(), count).optional(),
  version: count,
});

export const founding = z.strictObject({ mspId: name, digest: z.string() });

export const vote = z.strictObject({
  votes: z.array(z.strictObject({ mspId: name, until: seconds })),
});

export const customer = z.strictObject({
  customerId: name,
  bankId: name,
  status: z.enum(['active', 'blocked']),
  missing: z.array(z.string()),
  blocks: count,
});

export const device = z.strictObject({
  customerId: name,
  deviceId: name,
  bankId: name,
  publicKey: z.string(),
  status: z.enum(['active', 'revoked']),
});

export const login = z.strictObject({
  loginId: name,
  customerId: name,
  state: z.enum(['verified', 'open', 'authenticating', 'authenticated', 'failed']),
  missing: z.array(z.string()),
  expiresAt: seconds,
  factorsUntil: seconds,
  bankId: name,
  deviceId: name,
  blocks: count,
  openedAt: seconds,
});

export const factor = z.strictObject({
  loginId: name,
  factor: z.enum(['sms', 'password']),
  boundTo: z.string(),
  nonce: z.string(),
  at: seconds,
});

export const purchase = z.strictObject({
  ...orderKey,
  customerId: name,
  currency,
  amount,
  at: seconds,
  lines: z.array(z.strictObject({ gtin: z.string(), quantity: count, unitPrice: amount })),
  mode: z.literal('offline').optional(),
  refunded: z.literal(true).optional(),
});

const counted = ['success', 'mismatch', 'dispute', 'failedAuthentication', 'doubleSpend'] as const;

export const history = z.strictObject({
  kind: z.enum([...counted, 'purchase', 'refund', 'acquittal']),
  at: seconds,
  purchase: purchase.optional(),
});

export const reputation = z.strictObject({
  customerId: name,
  score: z.int(),
  totals: z.record(z.enum(counted), z.int()),
});

/** A sum of weighted opinions. */
export const aggregate = z.strictObject({
  at: seconds,
  weight: z.int(),
  stars: z.int(),
  defects: z.int(),
});

const conduct = z.strictObject({ at: seconds, mismatch: z.int(), debt: z.int() });
const place = z.strictObject({ latitude: z.int(), longitude: z.int() });

export const merchant = z.strictObject({
  merchantId: name,
  mspId: name,
  active: z.boolean(),
  licence: z.strictObject({ number: name, validUntil: seconds }).nullable(),
  categories: z.array(z.string()),
  bankId: name,
  rating: aggregate,
  conduct,
  revision: count,
});

export const goods = z.strictObject({
  gtin: z.string(),
  category: z.string(),
  price: amount,
  currency,
  origin: z.string(),
  certificate: name,
  weightGrams: count,
  location: place,
  withdrawn: z.boolean(),
  merchantId: name,
  digest: z.string(),
  rating: aggregate,
});

const courier = z.strictObject({
  courierId: name,
  active: z.boolean(),
  depot: place,
  tariffs: z.array(z.strictObject({ currency, base: amount, perKm: amount, perKg: amount })),
  areas: z.array(z.strictObject({ centre: place, radiusMetres: count })),
  categories: z.array(z.string()),
  rating: aggregate,
  conduct,
});

export const fleet = z.strictObject({ logisticsId: name, couriers: z.array(courier) });

const offer = z.strictObject({
  addressRef: name,
  couriers: z.array(z.strictObject({ courierId: name, fee: amount })),
});

export const quote = z.strictObject({
  basketDigest: z.string(),
  goodsTotal: amount,
  offers: z.array(offer),
  expiresAt: seconds,
  logisticsId: name,
  categories: z.array(z.string()),
  statement: stated.nullable(),
  receipt: receipt.nullable(),
});

export const instrument = z.strictObject({
  bankId: name,
  token: name,
  customerId: name,
  kind: z.enum(['card', 'mobile']),
});

const difference = z.strictObject({
  field: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export const report = z.strictObject({
  ...orderKey,
  pass: z.enum(['goods', 'order']),
  differences: z.array(difference),
  at: seconds,
});

export const alarm = z.strictObject({
  ...orderKey,
  bankId: name,
  state: z.enum(['open', 'resolved', 'upheld', 'lapsed']),
  blamed: z.array(z.enum(['customer', 'merchant', 'logistics'])),
  fields: z.array(z.string()),
  raisedAt: seconds,
  decidedAt: seconds.nullable(),
  reason: z.string(),
});

export const rating = z.strictObject({
  ...orderKey,
  customerId: name,
  stars: z.int(),
  defect: z.boolean(),
});

const voucherName = z.tuple([count, z.string()]);
const bearer = z.enum(['merchant', 'bank']);

export const fraud = z.strictObject({
  ...reserveKey,
  bankId: name,
  kind: z.enum(['sameCounter', 'previousHash', 'cumulative']),
  settled: voucherName,
  contradicting: voucherName,
  merchantId: name,
  at: seconds,
  amount,
  voucher: z.string(),
  request: z.string(),
  claimed: z.boolean(),
  lossBearer: bearer,
  blame: z.enum(['device', 'reported', 'cleared']),
  clearing: z
    .strictObject({ reason: z.enum(['stolen', 'restored', 'defect', 'other']), at: seconds })
    .nullable(),
  careless: z.boolean(),
  proven: z.boolean(),
  compensation: z.string().nullable(),
  recovered: amount,
});

export const bulletin = z.strictObject({
  bankId: name,
  number: count,
  issuedAt: seconds,
  bulletin: z.string(),
  bearers: z.array(z.tuple([count, bearer])),
});

const revocation = z.strictObject({
  customerId: name,
  deviceId: name,
  epoch: z.union([count, z.literal('all')]),
});

export const bulletinChange = z.strictObject({
  bankId: name,
  number: count,
  added: z.array(revocation),
  removed: z.array(revocation),
});

export const issuer = z.strictObject({
  bankId: name,
  kid: z.string(),
  publicKey: z.string(),
  certificate: z.string(),
  authority: z.string(),
  retired: z
    .strictObject({ at: seconds, compromised: z.boolean(), trustedUntil: seconds })
    .nullable(),
});

export const batch = z.strictObject({
  merchantId: name,
  batchId: z.string().regex(/^[A-Za-z0-9._~-]+$/),
  currency,
  transactionId: z.string(),
  settled: z.array(
    z.strictObject({
      ...reserveKey,
      vouchers: z.array(z.tuple([name, count, amount])),
    }),
  ),
  at: seconds,
  receipt: receipt.nullable(),
});
