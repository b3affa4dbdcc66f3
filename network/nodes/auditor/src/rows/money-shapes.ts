// SPDX-License-Identifier: Apache-2.0
// The rows that hold money, or say how much of it there should be.
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
  spending,
  sum,
} from './basic-shapes.js';

export const supply = z.strictObject({
  kind: z.enum(['issue', 'compensate', 'bear', 'redeem', 'withdraw', 'recover']),
  currency,
  amount,
  account: name,
  at: seconds,
});

const limits = z.strictObject({ percent: count, release: z.enum(['match', 'delivery']) });

const session = z.strictObject({
  loginId: name,
  deviceId: name,
  key: z.string(),
  until: seconds,
  limits,
});

const money = z.strictObject({ available: amount, spent: spending, sinceStepUp: spending });

export const account = z.strictObject({
  customerId: name,
  bankId: name,
  status: z.enum(['active', 'blocked']),
  blocks: count,
  sessions: z.array(session),
  money: z.record(currency, money),
});

const statement = {
  orderNumber: name.optional(),
  lines: z.array(z.strictObject({ gtin: z.string(), quantity: count })).optional(),
  goodsTotal: amount.optional(),
  currency: currency.optional(),
  waybill: name.optional(),
};

/** A statement, or what of it differs from the customer's. */
export const stated = z.strictObject(statement);

const basket = {
  ...orderKey,
  customerId: name,
  loginId: name,
  logisticsId: name,
  currency,
  lines: z.array(
    z.strictObject({
      gtin: z.string(),
      quantity: count.max(1_000_000),
      unitPrice: amount,
      goodsDigest: z.string(),
    }),
  ),
  addressRefs: z.array(name),
  addressesDigest: z.string(),
};

const signedTerms = z.strictObject({
  ...basket,
  channel: z.string(),
  addressRef: name,
  courierId: name,
  fee: amount,
  goodsTotal: amount,
  total: amount,
  holdSeconds: seconds,
  deliveryCommitment: z.string(),
});

const placed = z.strictObject({
  terms: signedTerms,
  bankId: name,
  deviceId: name,
  signature: z.string(),
  placedAt: seconds,
  release: z.enum(['match', 'delivery']).nullable(),
  claimed: amount.optional(),
  statements: z.strictObject({ merchant: stated, logistics: stated }).nullable(),
  receipt: receipt.nullable(),
});

/** A basket, then the terms that the customer signed. */
export const terms = z.union([
  placed,
  z.strictObject({ basket: z.strictObject(basket), bankId: name }),
]);

const hold = z.strictObject({
  currency,
  authorised: amount,
  voided: amount,
  captured: amount,
  released: amount,
  feeReleased: amount,
  refunded: amount,
  refundedHeld: amount,
  feeReturned: amount,
  fee: amount,
  release: z.enum(['match', 'delivery']),
  expiresAt: seconds,
  deliverBy: seconds.nullable(),
  captures: z.record(z.string(), amount),
  refunds: z.record(z.string(), amount),
});

const orderState = z.enum([
  ...(['basket', 'quoted', 'placed', 'authorised', 'merchantVerified', 'categoryChecked'] as const),
  ...(['matched', 'mismatched', 'blocked', 'partiallyCaptured', 'captured', 'released'] as const),
  ...(['voided', 'expired', 'disputed', 'refunded', 'paidOffline', 'settled'] as const),
]);

const dispute = z.strictObject({
  id: name,
  from: orderState,
  openedAt: seconds,
  withheld: amount,
  agreed: z.boolean(),
});

export const order = z.strictObject({
  ...orderKey,
  state: orderState,
  dispute: dispute.nullable(),
  mode: z.enum(['stepwise', 'express']),
  customerId: name,
  bankId: name,
  logisticsId: name,
  delivery: z.enum(['awaiting', 'pickedUp', 'deliveredUnproven', 'delivered']),
  deliveredAt: seconds.nullable(),
  verification: z.enum(['none', 'clean', 'alarm', 'resolved', 'upheld']),
  hold: hold.nullable(),
  claimed: amount.optional(),
  settled: receipt.nullable(),
});

/** A settled voucher: its digest and amount when it is the next of the chain, else counter, digest, previous, sum, amount. */
const counterEntry = z.union([
  z.tuple([z.string(), amount]),
  z.tuple([count, z.string(), z.string(), amount, amount]),
]);

export const reserve = z.strictObject({
  ...reserveKey,
  bankId: name,
  currency,
  publicKey: z.string(),
  certificates: z.array(z.string()),
  funded: amount,
  settled: amount,
  returned: amount,
  perPayment: amount,
  highestCounter: count,
  spendUntil: seconds,
  claimUntil: seconds,
  status: z.enum(['active', 'frozen', 'revoked', 'closed']),
  reported: z.strictObject({ number: count, at: seconds, staleAt: seconds }).nullable(),
  counters: z.array(counterEntry),
  cancelled: z.array(count),
  compensated: amount,
});

export const credit = z.strictObject({ amount, order: z.string().regex(/^[A-Za-z0-9._~-]+$/) });

const debt = z.strictObject({ ...orderKey, customerId: name, amount, since: seconds });

export const checkpoint = z.strictObject({
  payeeId: name,
  currency,
  balance: sum,
  withheld: sum,
  debts: z.array(debt),
});

export const payout = z.strictObject({
  payeeId: name,
  currency,
  redeemId: name,
  amount,
  at: seconds,
});

export const pendingIssue = z.strictObject({
  bankId: name,
  currency,
  issueId: name,
  customerId: name,
  token: name,
  amount,
  proposedBy: z.string(),
  until: seconds,
});

export const offlineRefund = z.strictObject({
  ...orderKey,
  customerId: name,
  currency,
  paid: amount,
  refunded: amount,
});

export const losses = z.strictObject({ bankId: name, payeeId: name, currency, borne: spending });
