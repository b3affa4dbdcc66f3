// SPDX-License-Identifier: Apache-2.0
// What may be asked about payments without a network.
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
    summary: 'What is reserved for a device, and which vouchers were settled out of it.',
    input: reserveKey,
    output: reserve,
    errors: ['NOT_FOUND'],
    example: RESERVE,
  }),
  listReserves: query({
    summary: 'The reserves of a customer, by device and epoch, at most 100 a call.',
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
      "What a bank's newest bulletin says otherwise than an older one, for terminals that have that one.",
    input: ofBank.extend({ since: z.int().min(0).describe('number of the bulletin at hand') }),
    output: ofBank.extend({
      number: z.int(),
      issuedAt: instant,
      changes: z.string().describe('base64: the newest bulletin is put together with them'),
    }),
    errors: ['NOT_FOUND', 'OFFLINE_MALFORMED'],
    example: { bankId: BANK_ID, since: 1 },
  }),
  listIssuers: query({
    summary: 'The keys that a bank signs device certificates and bulletins with.',
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
      "Double spends of a bank's devices, those that nobody was compensated for or all, page by page; a page may hold few.",
    input: ofBank.extend({ open: z.boolean(), ...pageAfter }),
    output: z.strictObject({ frauds: z.array(fraud), ...pageNext }),
    example: { bankId: BANK_ID, open: true },
  }),
  listPayments: query({
    summary: "The settled vouchers that paid one order: a scan of the merchant's batches.",
    input: orderKey,
    output: z.strictObject({ payments: z.array(settledPayment) }),
    example: ORDER,
  }),
  readPayment: query({
    summary: 'Where the voucher with this counter was settled: a scan of all batches.',
    input: reserveKey.extend({ counter: fraudKey.shape.counter }),
    output: settledPayment,
    errors: ['NOT_FOUND'],
    example: { ...RESERVE, counter: 1 },
  }),
  listBatches: query({
    summary: "A merchant's settled batches, at most 100 a call, in order of their ids.",
    input: z.strictObject({ merchantId: identifier, ...pageAfter }),
    output: z.strictObject({ batches: z.array(batch), ...pageNext }),
    example: { merchantId: ORDER.merchantId },
  }),
};
