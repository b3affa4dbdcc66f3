// SPDX-License-Identifier: Apache-2.0
// Shapes of payments without a network.
import * as z from 'zod';
import { amount, currency, identifier, instant } from '../base/identifiers.js';
import { LEDGER_VERDICTS } from '../offline/ledger-verdicts.js';

/** A certificate, request or voucher has a few hundred bytes. */
const LONGEST_OBJECT = 2048;

const epoch = z
  .int()
  .min(0)
  .max(99_999_999)
  .describe('counters and sums start again with each epoch');
const counter = z.int().min(1).max(64);

export const digestText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe('SHA-256, base64url');

export const pem = z.string().min(1).max(8192);

export const issuerKidHex = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('names the key in signatures, hex');

/** @param longest characters */
export const signedObject = (longest = LONGEST_OBJECT) =>
  z.string().min(1).max(longest).describe('base64 of the signed object');

export const reserveKey = z.strictObject({ customerId: identifier, deviceId: identifier, epoch });

/** The key of a case: the voucher that contradicts another. */
export const fraudKey = reserveKey.extend({ counter, digest: digestText });

export const voucherClaim = z.strictObject({
  voucher: z.string().max(LONGEST_OBJECT).describe('base64 of the signed voucher'),
  request: z.string().max(LONGEST_OBJECT).describe("base64 of the request's payload"),
});

/** A text that is not base64 of a voucher, or too long for one, gets a verdict. It does not fail its batch. */
export const batchedClaim = z.strictObject({
  voucher: z.string().describe('base64 of the signed voucher, in its complete or short form'),
  request: z.string().describe("base64 of the request's payload, in its complete or short form"),
});

/** The most characters of all claims of a batch, several times more than the longest claims need. */
export const LONGEST_BATCH = 4_000_000;

export const verdictNumber = z
  .int()
  .min(1)
  .max(Object.keys(LEDGER_VERDICTS).length)
  .describe('number of a verdict');

export const reserve = reserveKey.extend({
  bankId: identifier,
  currency,
  publicKey: z.string(),
  certificates: z.array(digestText).describe('one for the first certificate and one per top-up'),
  funded: amount,
  settled: amount,
  returned: amount,
  perPayment: amount,
  highestCounter: counter,
  spendUntil: instant,
  claimUntil: instant,
  status: z.enum(['active', 'frozen', 'revoked', 'closed']),
  reported: z
    .strictObject({
      number: z.int().describe('number of the first bulletin that names the device'),
      at: instant,
      staleAt: instant.describe('from this time on no older bulletin counts'),
    })
    .nullable()
    .describe('when the device was reported as lost, stolen or spending twice'),
  cancelled: z.array(counter).describe('vouchers that their payee cancelled'),
  compensated: amount.describe("what the bank bore of the device's double spends"),
  counters: z.array(
    z
      .tuple([counter, digestText, digestText, amount, amount])
      .describe('counter, digest, previous digest, cumulative amount, amount'),
  ),
});

export const clearingReason = z
  .enum(['stolen', 'restored', 'defect', 'other'])
  .describe('why a case is cleared');

const voucherReference = z.tuple([counter, digestText]).describe('counter and digest');

export const fraud = reserveKey.extend({
  bankId: identifier,
  kind: z.enum(['sameCounter', 'previousHash', 'cumulative']),
  settled: voucherReference,
  contradicting: voucherReference,
  merchantId: identifier.describe('payee of the contradicting voucher'),
  at: instant,
  amount: amount.describe('of the contradicting voucher'),
  voucher: z.string().describe('base64 of the contradicting voucher'),
  request: z.string().describe("base64 of its request's payload"),
  claimed: z.boolean().describe('whether its payee asked for the money'),
  lossBearer: z
    .enum(['merchant', 'bank'])
    .describe("who bears the loss, by the bulletin that the voucher's request names"),
  blame: z
    .enum(['device', 'reported', 'cleared'])
    .describe(
      'whom it counts against: the device; nobody, because it was reported before; nobody, because an operator cleared it',
    ),
  clearing: z.strictObject({ reason: clearingReason, at: instant }).nullable(),
  careless: z.boolean().describe('the terminal that accepted it had a voucher that contradicts it'),
  proven: z.boolean().describe('whether a fraud proof was submitted'),
  compensation: identifier.nullable().describe("id of the bank's compensation"),
  recovered: amount.describe('what the reserve paid for the case when it was closed'),
});

const anyBatchId = z
  .string()
  .regex(/^~?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  .describe('`~` and the order number for an order to deliver');

export const batch = z.strictObject({
  merchantId: identifier,
  batchId: anyBatchId,
  currency,
  transactionId: z.string(),
  settled: z.array(
    z
      .tuple([identifier, identifier, identifier, epoch, counter, amount])
      .describe('order number, customer, device, epoch, counter, amount'),
  ),
  at: instant,
});

/** Where one voucher was settled. */
export const settledPayment = reserveKey.extend({
  counter,
  merchantId: identifier,
  batchId: batch.shape.batchId,
  orderNumber: identifier,
  amount,
  currency,
  transactionId: z
    .string()
    .describe('its arguments contain voucher and request, in their complete or short form'),
  at: instant,
});
