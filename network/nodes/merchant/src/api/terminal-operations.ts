// SPDX-License-Identifier: Apache-2.0
// The part of the merchant's interface that is about terminals: what each says of itself, what it accepted, and what was settled.
import { amount, currency, identifier, instant } from '@fabric-offline-pay/domain';
import { MOST_REPORTED, operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { batch, count, limit, seconds, terminal } from './shapes.js';

const terminals = { roles: ['terminal', 'cashier'] } as const;
const cashier = { roles: ['cashier'] } as const;

/** What a terminal hands in at once, at most. */
const VOUCHERS_KIB = 3 * 1024;

const signedObject = z.base64().min(1).max(4_000);

const acceptedVoucher = z.strictObject({
  voucher: signedObject.describe('base64 of the signed voucher'),
  certificate: signedObject.describe("base64 of the device's signed certificate"),
  request: signedObject.describe("base64 of the request's payload"),
  acceptedAt: instant.describe("by the terminal's clock"),
});

export const TERMINAL_OPERATIONS = operations({
  reportTerminal: {
    ...terminals,
    method: 'PUT',
    path: '/terminals/:merchantId/:terminalId/:currency',
    summary: 'A terminal says how much it waits to settle.',
    input: z.strictObject({
      merchantId: identifier,
      terminalId: identifier,
      currency,
      waiting: count,
      amount,
      oldestAt: seconds.nullable(),
    }),
    output: z.object({ received: z.literal(true) }),
    errors: ['NOT_FOUND'],
  },
  handInVouchers: {
    ...terminals,
    method: 'POST',
    path: '/terminals/:merchantId/:terminalId/vouchers',
    summary:
      'A terminal hands in what it accepted, before it is settled, so that the auditor is told. Without an auditor nothing is kept.',
    input: z.strictObject({
      merchantId: identifier,
      terminalId: identifier,
      vouchers: z.array(acceptedVoucher).min(1).max(MOST_REPORTED),
    }),
    output: z.object({ kept: z.int().min(0).describe('how many were new') }),
    errors: ['NOT_FOUND'],
    bodyKiB: VOUCHERS_KIB,
  },
  listTerminals: {
    ...cashier,
    method: 'GET',
    path: '/terminals',
    summary: 'Terminals with what they wait to settle, the longest silent first.',
    input: z.strictObject({ limit }),
    output: z.array(terminal),
  },
  listBatches: {
    ...cashier,
    method: 'GET',
    path: '/merchants/:merchantId/batches',
    summary: 'Settled batches of payments without a network, the newest first.',
    input: z.strictObject({ merchantId: identifier, limit }),
    output: z.array(batch),
    errors: ['NOT_FOUND'],
  },
});
