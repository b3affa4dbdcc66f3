// SPDX-License-Identifier: Apache-2.0
// Shapes of what operations answer, and the fields that many of them take.
import { amount, currency, identifier, TRANSACTIONS } from '@fabric-offline-pay/domain';
import { numberText } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { EVENT_TYPE_NAMES } from '../events/event-types.js';

export const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');
export const milliseconds = z.int().describe('milliseconds since 1970-01-01T00:00Z');
export const signedAmount = z
  .string()
  .regex(/^-?\d+$/)
  .describe('minor units, decimal string, with a sign');
export const sum = z.string().regex(/^\d+$/).describe('minor units, decimal string');

/** As many as a column of the database counts. */
export const count = z.int32().min(0);

export const limit = numberText(z.int().min(1).max(500)).default(100);
export const after = z.string().max(200).optional().describe('`next` of the page before');
export const next = z.string().nullable().describe('null: this was the last page');

export const orderKey = { merchantId: identifier, orderNumber: identifier };
export const disputeKey = { ...orderKey, disputeId: identifier };

export const orderFile = z.object({
  order: TRANSACTIONS.orderNumber.readOrder.output,
  total: amount.nullable().describe('what the customer signed, minor units; null before'),
  lines: z.array(z.object({ gtin: z.string(), quantity: z.int(), unitPrice: amount })),
  uncaptured: sum.describe('held, and neither captured nor returned; minor units'),
  firstAt: seconds,
  changedAt: seconds,
});

export const disputeFile = z.object({
  ...disputeKey,
  outcome: z.enum(['undecided', 'upheld', 'rejected']).describe('upheld: for the customer'),
  openedAt: seconds,
  withheld: amount,
  evidenceUntil: seconds.describe('until then evidence is taken'),
  documents: z.array(
    z.object({
      evidenceId: identifier,
      kind: z.string(),
      mediaType: z.string(),
      digest: z.string().describe('SHA-256 of the document, hex'),
    }),
  ),
  digest: z.string().describe('over all documents: what a submission confirms'),
  submittedAt: milliseconds.nullable(),
});

export const batch = z.object({
  merchantId: identifier,
  batchId: identifier,
  currency,
  payments: z.int(),
  amount: sum,
  at: seconds,
});

export const terminal = z.object({
  merchantId: identifier,
  terminalId: identifier,
  currency,
  waiting: z.int(),
  amount: sum,
  oldestAt: seconds.nullable(),
  reportedAt: milliseconds,
});

export const balance = z.object({
  payeeId: identifier,
  currency,
  balance: sum.describe('rolled up'),
  withheld: sum.describe('part of the balance that open disputes may take'),
  owed: sum.describe('to customers'),
  open: sum.describe('credits that wait for the next roll-up'),
});

export const payout = z.object({
  payeeId: identifier,
  currency,
  redeemId: identifier,
  amount,
  requestedAt: seconds,
  paidAt: seconds.nullable(),
});

export const report = z.object({
  payeeId: identifier,
  currency,
  date: z.string(),
  opening: signedAmount,
  closing: signedAmount,
  entries: z.array(
    z.object({
      id: z.string(),
      at: seconds,
      kind: z.enum([
        'sale',
        'compensation',
        'refund',
        'dispute',
        'returned',
        'debt',
        'payout',
        'other',
      ]),
      amount: signedAmount,
      reference: z.string().nullable().describe('order number, batch or payout'),
      transactionId: z.string(),
      block: z.int(),
    }),
  ),
  totals: z.record(z.string(), signedAmount).describe('sums of the entries by kind'),
  payouts: z.array(payout).describe('requested or paid on the day, and those that wait'),
  height: z.object({ block: z.int(), hash: z.string() }).describe('of the ledger, as read'),
});

export const eventTypes = z
  .array(z.enum(EVENT_TYPE_NAMES))
  .max(EVENT_TYPE_NAMES.length)
  .describe('empty: all');

export const endpoint = z.object({
  endpointId: identifier,
  url: z.string(),
  types: eventTypes,
  state: z
    .enum(['active', 'disabled', 'failing'])
    .describe('`failing`: turned off by itself; enable it when it is repaired'),
  createdAt: milliseconds,
  waiting: z.int().describe('events that were not accepted yet'),
  problem: z
    .string()
    .nullable()
    .describe('why the first of them was not: status of the answer, or what went wrong'),
});

export const secretShown = z.object({
  endpointId: identifier,
  secret: z.string().describe('whsec_…; it is not shown again'),
});
