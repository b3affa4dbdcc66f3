// SPDX-License-Identifier: Apache-2.0
// What others tell an auditor directly. The auditor's node answers these operations, the nodes of merchants and banks call them, and none of them
// knows the other's node. A report counts by its content: told again, it is known already.
import { currency, identifier, instant } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { operations } from '../http/operation.js';

/** What an auditor says to each thing that it was told. */
export const REPORT_RESULTS = {
  taken: 'It is kept.',
  known: 'It was reported before.',
  otherBefore: 'Something else was reported of the same thing before, and stays.',
  malformed: 'It has another form than its kind, or names another channel.',
  notYours: 'It is about somebody else.',
  issuerUnknown:
    'No issuer that the auditor knows certified the device. It may not have read the block yet: tell it again later.',
  forged: 'A signature of it is wrong, or its parts do not belong together.',
} as const;

/** What an auditor says to one thing that it was told. */
export type ReportResult = keyof typeof REPORT_RESULTS;

/** @returns whether it should be told again later */
export const isWorthRepeating = (result: ReportResult): boolean => result === 'issuerUnknown';

/** Things that one report may tell. */
export const MOST_REPORTED = 200;

/** Of a signed object, in base64: several times more than the longest needs. */
const LONGEST_OBJECT = 4_000;

const signed = z.base64().min(1).max(LONGEST_OBJECT);
const sum = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,39})$/)
  .describe('minor units, decimal string');

/** A voucher with all that proves it. */
const provenVoucher = z.strictObject({
  voucher: signed.describe('base64 of the signed voucher'),
  certificate: signed.describe("base64 of the device's signed certificate"),
  request: signed.describe("base64 of the request's payload"),
  acceptedAt: instant.describe("by the terminal's clock"),
});

/** A voucher by the word of whoever accepted it. */
const statedVoucher = z.strictObject({
  digest: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .describe('of the voucher, base64url'),
  customerId: identifier,
  deviceId: identifier,
  epoch: z.int().min(0).max(4_294_967_295),
  counter: z.int().min(1).max(64),
  orderNumber: identifier,
  currency,
  amount: sum,
  acceptedAt: instant,
  claimUntil: instant.describe('the last second in which it can be settled'),
});

/** Schema of an accepted voucher, as it is reported. */
export const reportedVoucher = z.union([provenVoucher, statedVoucher]);

/** An accepted voucher, as it is reported. */
export type ReportedVoucher = Readonly<z.output<typeof reportedVoucher>>;

const reportedReceipt = z.strictObject({
  block: z.int().min(0).max(2_147_483_647).describe('in which its teller’s own peer has it'),
  transactionId: z.string().regex(/^[0-9a-f]{64}$/),
  reference: identifier.describe('the order, or the batch of vouchers'),
  currency,
  amount: sum.describe('all that the transaction credited for it'),
});

/** What a payee was credited, as it is reported. */
export type ReportedReceipt = Readonly<z.output<typeof reportedReceipt>>;

const reportedPayout = z.strictObject({
  redeemId: identifier,
  currency,
  amount: sum.describe('that arrived'),
  arrivedAt: instant,
});

/** Money that arrived outside of the ledger, as it is reported. */
export type ReportedPayout = Readonly<z.output<typeof reportedPayout>>;

const several = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MOST_REPORTED);

const results = z.object({
  results: z
    .array(z.enum(Object.keys(REPORT_RESULTS) as [ReportResult, ...ReportResult[]]))
    .describe('one for each thing that was told, in its order'),
});

const by = { roles: ['reporter'], errors: ['NOT_FOUND'] } as const;

const KIB = 1024;

/** The room that the longest report of vouchers takes, with what JSON adds. */
const VOUCHERS_KIB = Math.ceil((MOST_REPORTED * 3 * (LONGEST_OBJECT + 100)) / KIB);

export const REPORT_OPERATIONS = operations({
  reportVouchers: {
    ...by,
    method: 'POST',
    path: '/confirmations/:merchantId/vouchers',
    summary:
      'A merchant tells which vouchers its terminals accepted, before or after they are settled.',
    input: z.strictObject({ merchantId: identifier, vouchers: several(reportedVoucher) }),
    output: results,
    bodyKiB: VOUCHERS_KIB,
  },
  reportReceipts: {
    ...by,
    method: 'POST',
    path: '/confirmations/:payeeId/receipts',
    summary: 'A payee tells what it was credited, as its own peer has it.',
    input: z.strictObject({ payeeId: identifier, receipts: several(reportedReceipt) }),
    output: results,
  },
  reportPayouts: {
    ...by,
    method: 'POST',
    path: '/confirmations/:payeeId/payouts',
    summary:
      'A payee tells which redeemed money arrived outside of the ledger. From its first report on, money that does not arrive is overdue.',
    input: z.strictObject({ payeeId: identifier, payouts: several(reportedPayout) }),
    output: results,
  },
  reportBacking: {
    ...by,
    method: 'POST',
    path: '/backing/:bankId',
    summary: 'A bank hands over its signed statement of backing, with the seed of its leaves.',
    input: z.strictObject({
      bankId: identifier,
      statement: z.base64().min(1).max(60_000).describe('base64 of the COSE_Sign1'),
      certificate: z.string().min(1).max(8_000).describe('PEM of the certificate that signed it'),
      seed: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('32 bytes, hex'),
    }),
    output: z.object({ result: results.shape.results.element }),
  },
});

/** The table of what others tell an auditor. */
export type ReportOperations = typeof REPORT_OPERATIONS;
