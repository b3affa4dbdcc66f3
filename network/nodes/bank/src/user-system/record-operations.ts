// SPDX-License-Identifier: Apache-2.0
// What a customer reads and decides of its own record (unit 20): a part of the node's interface. Each needs an authenticated login.
import { currency, identifier } from '@fabric-offline-pay/domain';
import {
  file,
  numberText,
  operations,
  STATEMENT_FORMATS,
  STATEMENT_TYPES,
} from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { CUSTOMER_CHANNEL } from '../caller.js';
import { STILL_OPEN } from '../statements/personal-data/erase-customer.js';

const channel = { roles: [CUSTOMER_CHANNEL], errors: ['LOGIN_NOT_AUTHENTICATED'] } as const;

const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');
const sum = z.string().describe('minor units; negative for what leaves the account');

const loginKey = { loginId: identifier };

const height = z.object({ block: z.int(), hash: z.string() }).describe('of the ledger, as read');

const balances = z.object({ booked: sum, available: sum });

const entry = z.object({
  id: z.string(),
  bookedAt: seconds,
  kind: z.string(),
  order: z.object({ merchantId: z.string(), orderNumber: z.string() }).nullable(),
  reference: z.string().nullable(),
  transactionId: z.string(),
  amount: sum.describe('change of all money: available, held and reserved'),
  moved: sum.describe('change of what is available'),
  balance: balances,
  lines: z.array(
    z.object({
      gtin: z.string(),
      name: z.string().nullable(),
      quantity: z.int(),
      unitPrice: z.string(),
    }),
  ),
});

const period = {
  currency,
  from: numberText(z.int().min(0)).describe('seconds since 1970; belongs to the period'),
  to: numberText(z.int().min(0)).describe('seconds since 1970; does not belong to the period'),
};

const statement = z.object({
  opening: balances,
  closing: balances,
  height,
  entries: z.array(entry),
  next: z.string().nullable().describe('`after` of the next page'),
});

const atHeight = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), height });

const hold = z.object({
  merchantId: z.string(),
  orderNumber: z.string(),
  currency: z.string(),
  authorised: z.string(),
  captured: z.string(),
  open: z.string().describe('what can still be captured'),
  placedAt: seconds,
  expiresAt: seconds,
});

const reserve = z.object({
  deviceId: z.string(),
  epoch: z.int(),
  currency: z.string(),
  funded: z.string(),
  settled: z.string(),
  returned: z.string(),
  rest: z.string(),
  perPayment: z.string(),
  status: z.string(),
  spendUntil: seconds,
  claimUntil: seconds,
});

const device = z.object({ deviceId: z.string(), status: z.string(), registeredAt: seconds });

const message = z.object({
  messageId: z.string(),
  kind: z.string(),
  at: seconds,
  outcome: z.string().nullable(),
  text: z.string().nullable().describe('null for a message with a code'),
});

const recommendation = z.object({
  merchantId: z.string(),
  gtin: z.string(),
  price: z.string(),
  currency: z.string(),
  reason: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('boughtTogether'), merchantId: z.string(), gtin: z.string() }),
    z.object({ kind: z.literal('family'), family: z.string() }),
    z.object({ kind: z.literal('popular') }),
  ]),
});

const limit = (most: number, usual: number) => numberText(z.int().min(1).max(most)).default(usual);

export const RECORD_OPERATIONS = operations({
  readStatement: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/statement',
    summary: 'A page of the account with unit prices, the newest entries first.',
    input: z.strictObject({
      ...loginKey,
      ...period,
      kind: z.string().max(32).optional().describe('only entries of this kind'),
      merchantId: identifier.optional(),
      after: z.string().max(64).optional(),
      limit: limit(500, 50),
    }),
    output: statement,
  },
  statementFile: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/statement-file',
    summary: 'The account of a period as CSV, camt.053 or PDF, the oldest entries first.',
    input: z.strictObject({ ...loginKey, ...period, format: z.enum(STATEMENT_FORMATS) }),
    output: file(...STATEMENT_TYPES),
  },
  listHolds: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/holds',
    summary: 'Money that is held for orders.',
    input: z.strictObject(loginKey),
    output: atHeight(hold),
  },
  listReserves: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/reserves',
    summary: "Money that is set aside for the customer's devices.",
    input: z.strictObject(loginKey),
    output: atHeight(reserve),
  },
  listDevices: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/devices',
    summary: "The customer's devices.",
    input: z.strictObject(loginKey),
    output: atHeight(device),
  },
  listMessages: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/messages',
    summary: "The bank's messages to the customer, the newest first; none with a code can be read.",
    input: z.strictObject({
      ...loginKey,
      after: z
        .string()
        .max(300)
        .optional()
        .describe('`messageId` of the last one of the page before'),
      limit: limit(200, 50),
    }),
    output: z.array(message),
  },
  recommend: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/recommendations',
    summary: 'Goods that the customer may like, each with the reason.',
    input: z.strictObject({ ...loginKey, limit: limit(50, 10) }),
    output: z.array(recommendation),
  },
  setHabits: {
    ...channel,
    method: 'PUT',
    path: '/logins/:loginId/habits',
    summary:
      'Whether the bank learns from what the customer buys. Without it, what it learned is forgotten.',
    input: z.strictObject({ ...loginKey, learn: z.boolean() }),
    output: z.object({ learn: z.boolean() }),
  },
  exportData: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/export',
    summary: 'All that the node has of the customer, without what authenticates it.',
    input: z.strictObject(loginKey),
    output: z.object({
      customerId: z.string(),
      height,
      tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
    }),
  },
  eraseCustomer: {
    method: 'POST',
    path: '/customers/:customerId/erasure',
    roles: ['teller'],
    summary:
      'Erases a customer that is blocked on the ledger and has nothing at the bank any more; says what stays and why, or what is still open.',
    input: z.strictObject({ customerId: identifier }),
    output: z.union([
      z.object({
        erased: z.literal(true),
        kept: z.array(z.object({ table: z.string(), rows: z.int(), because: z.string() })),
      }),
      z.object({
        erased: z.literal(false),
        open: z
          .array(z.enum(STILL_OPEN))
          .describe('`deductions`: money is under way; `access`: block the customer on the ledger'),
      }),
    ]),
    errors: ['CUSTOMER_UNKNOWN'],
  },
});
