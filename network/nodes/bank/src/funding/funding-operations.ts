// SPDX-License-Identifier: Apache-2.0
// The part of the bank's interface that says what became of orders' fundings: to their customers, and to the bank's people.
import { identifier } from '@fabric-offline-pay/domain';
import { numberText, operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { CUSTOMER_CHANNEL, type BankRole } from '../caller.js';
import { FUNDING_OUTCOME_WORDS, FUNDING_OUTCOMES, FUNDING_STEPS } from './outcome.js';

const SMALL = 4;

const channel = { roles: [CUSTOMER_CHANNEL], errors: ['LOGIN_NOT_AUTHENTICATED'] } as const;
const desk: readonly BankRole[] = ['teller', 'operator'];

const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');
const sum = (what: string) => z.string().describe(`minor units: ${what}`);

const orderKey = { merchantId: identifier, orderNumber: identifier };

export const fundingOutcome = z.enum(FUNDING_OUTCOME_WORDS).describe(
  Object.entries(FUNDING_OUTCOMES)
    .map(([word, meaning]) => `${word}: ${meaning}`)
    .join(' '),
);

const funding = z.object({
  ...orderKey,
  currency: z.string(),
  total: sum('what the order holds'),
  askedAt: seconds,
  outcome: fundingOutcome,
  step: z.enum(FUNDING_STEPS).nullable().describe('what is under way'),
  reason: z
    .string()
    .nullable()
    .describe('a code: why it was declined, or why it does not go on now'),
  since: seconds.nullable().describe('since when it does not go on'),
  deducted: sum('came from instruments'),
  taken: sum('of it, final at the host'),
  returned: sum('of it, back at the instrument'),
});

const ofCustomer = funding.extend({ customerId: identifier });

const limit = numberText(z.int().min(1).max(200)).default(50);
const named = (...names: readonly string[]) =>
  z
    .string()
    .max(65 * names.length - 1)
    .regex(new RegExp(`^${names.map(() => '[^/]+').join('/')}$`))
    .optional()
    .describe(`\`${names.join('/')}\` of the last one of the page before`);

const after = named('merchantId', 'orderNumber');

export const FUNDING_OPERATIONS = operations({
  listFundings: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/fundings',
    summary: "What became of the customer's orders that an instrument was to fund, newest first.",
    input: z.strictObject({ loginId: identifier, after, limit }),
    output: z.array(funding),
    bodyKiB: SMALL,
  },
  readFunding: {
    ...channel,
    method: 'GET',
    path: '/logins/:loginId/fundings/:merchantId/:orderNumber',
    summary: "What became of the funding of one of the customer's orders.",
    input: z.strictObject({ loginId: identifier, ...orderKey }),
    output: funding,
    errors: [...channel.errors, 'NOT_FOUND'],
    bodyKiB: SMALL,
  },
  findFundings: {
    method: 'GET',
    path: '/fundings',
    roles: desk,
    summary: 'Fundings of orders and what became of them, newest first.',
    input: z.strictObject({
      customerId: identifier.optional().describe('all customers without it'),
      troubled: z.enum(['true', 'false']).default('false').describe('only those that do not go on'),
      after: named('merchantId', 'orderNumber', 'customerId'),
      limit,
    }),
    output: z.array(ofCustomer),
    bodyKiB: SMALL,
  },
});
