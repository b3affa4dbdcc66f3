// SPDX-License-Identifier: Apache-2.0
// The queries about payments without a network.
import * as z from 'zod';
import { identifier, instant } from '../base/identifiers.js';
import { orderKey } from '../ledger/order-shapes.js';
import { query } from './define.js';
import { BANK_ID, CUSTOMER_ID, ORDER, RESERVE } from './examples.js';
import {
  batch,
  fraud,
  fraudKey,
  issuerKidHex,
  pem,
  reserve,
  reserveKey,
  settledPayment,
} from './offline-shapes.js';
import { pageAfter, pageNext } from './shapes.js';

const ofBank = z.strictObject({ bankId: identifier });

export const offlineQueries = {
  readReserve: query({
    summary: 'The reserve of a device and epoch, and the vouchers that were settled from it.',
    input: reserveKey,
    output: reserve,
    errors: ['NOT_FOUND'],
    example: RESERVE,
  }),
  listReserves: query({
    summary: 'The reserves of a customer, by device and epoch, at most 100 per call.',
    input: z.strictObject({ customerId: identifier, ...pageAfter }),
    output: z.strictObject({ reserves: z.array(reserve), ...pageNext }),
    example: { customerId: CUSTOMER_ID },
  }),
  readBulletin: query({
    summary: "A bank's newest bulletin, for its terminals to fetch.",
    input: ofBank,
    output: ofBank.extend({ number: z.int(), issuedAt: instant, bulletin: z.string() }),
    errors: ['NOT_FOUND'],
    example: { bankId: BANK_ID },
  }),
  readBulletinChanges: query({
    summary:
      "The changes from an older bulletin to a bank's newest one, for terminals that have the older one.",
    input: ofBank.extend({ since: z.int().min(0).describe('number of the bulletin at hand') }),
    output: ofBank.extend({
      number: z.int(),
      issuedAt: instant,
      changes: z
        .string()
        .describe('base64 of the changes, for putting the newest bulletin together'),
    }),
    errors: ['NOT_FOUND', 'OFFLINE_MALFORMED'],
    example: { bankId: BANK_ID, since: 1 },
  }),
  listIssuers: query({
    summary: "A bank's keys for signing device certificates and bulletins.",
    input: ofBank,
    output: z.strictObject({
      issuers: z.array(
        ofBank.extend({
          kid: issuerKidHex,
          publicKey: z.string().describe('base64 DER SubjectPublicKeyInfo'),
          certificate: pem,
          authority: pem,
          retired: z
            .strictObject({ at: instant, compromised: z.boolean(), trustedUntil: instant })
            .nullable()
            .describe('since when it grants nothing new'),
        }),
      ),
    }),
    example: { bankId: BANK_ID },
  }),
  listFrauds: query({
    summary:
      "Double spends of a bank's devices, all or only those without compensation, page by page. A page may have few entries.",
    input: ofBank.extend({ open: z.boolean(), ...pageAfter }),
    output: z.strictObject({ frauds: z.array(fraud), ...pageNext }),
    example: { bankId: BANK_ID, open: true },
  }),
  listPayments: query({
    summary: "The settled vouchers that paid one order. It scans the merchant's batches.",
    input: orderKey,
    output: z.strictObject({ payments: z.array(settledPayment) }),
    example: ORDER,
  }),
  readPayment: query({
    summary: 'Where the voucher with this counter was settled. It scans all batches.',
    input: reserveKey.extend({ counter: fraudKey.shape.counter }),
    output: settledPayment,
    errors: ['NOT_FOUND'],
    example: { ...RESERVE, counter: 1 },
  }),
  listBatches: query({
    summary: "A merchant's settled batches, at most 100 per call, in order of their ids.",
    input: z.strictObject({ merchantId: identifier, ...pageAfter }),
    output: z.strictObject({ batches: z.array(batch), ...pageNext }),
    example: { merchantId: ORDER.merchantId },
  }),
};
