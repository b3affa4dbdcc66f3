// SPDX-License-Identifier: Apache-2.0
// The part of the bank's interface that is about pay-outs.
import { currency, identifier } from '@fabric-offline-pay/domain';
import { numberText, operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';

const payee = { payeeId: identifier, currency };
const SMALL = 4;

/** The most rows of one answer. */
export const PAGE = 100;

const block = z.int().describe('number of a block');
const sum = z.string().describe('minor units, of any length');
const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');
const next = z.int().nullable().describe('`after` of the next page; null on the last');
const after = numberText(z.int().min(0)).default(0).describe('the last number that is known');

const state = z.enum(['requested', 'refused', 'redeemed', 'paid']);

const payOut = z.object({
  number: z.int(),
  ...payee,
  redeemId: identifier,
  amount: z.string().describe('minor units'),
  state,
  reason: z
    .string()
    .nullable()
    .describe('why it does not go on: NO_ACCOUNT, a code of the ledger or of the host'),
  trouble: z
    .string()
    .nullable()
    .describe(
      'a code: what it waits for to pass, such as HOST_UNAVAILABLE: nothing was paid, or HOST_UNCERTAIN: that is not known; it is asked again, and never paid twice',
    ),
  since: seconds.nullable().describe('since when'),
  account: z.string().nullable().describe('token of the account that is paid'),
  reference: z.string().nullable().describe('what the host calls it'),
  requestedAt: seconds,
  paidAt: seconds.nullable(),
});

const entry = z.object({
  number: z.int(),
  kind: z.enum(['credit', 'refund', 'dispute', 'debt', 'other']),
  about: z.string().describe('subject on the ledger, such as order/merchant/number'),
  amount: z.string().describe('minor units; what was taken begins with a minus'),
  creditedIn: block.nullable(),
  countedIn: block,
  transactionId: z.string(),
});

export const PAY_OUT_OPERATIONS = operations({
  linkPayeeAccount: {
    method: 'PUT',
    path: '/payees/:payeeId/accounts/:currency',
    roles: ['teller'],
    summary: 'Links the account to which a payee is paid, and lets its waiting pay-outs go on.',
    input: z.strictObject({ ...payee, token: identifier.describe('of the account at the host') }),
    output: z.object({ linked: z.literal(true) }),
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  },
  listPayOuts: {
    method: 'GET',
    path: '/pay-outs',
    roles: ['operator', 'teller'],
    summary: "Payees' requests and how far each is, the oldest first.",
    input: z.strictObject({
      payeeId: identifier.optional().describe('all payees without it'),
      state: state.optional().describe('all states without it'),
      after,
    }),
    output: z.object({ payOuts: z.array(payOut), next }),
    bodyKiB: SMALL,
  },
  payOutTransactions: {
    method: 'GET',
    path: '/payees/:payeeId/pay-outs/:currency/:redeemId/transactions',
    roles: ['operator'],
    summary:
      'What was rolled up into a pay-out since the one before it: opening + entries − amount = closing.',
    input: z.strictObject({ ...payee, redeemId: identifier, after }),
    output: z.object({
      opening: sum,
      amount: sum,
      closing: sum,
      redeemedIn: block,
      entries: z.array(entry),
      next,
    }),
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  },
});
