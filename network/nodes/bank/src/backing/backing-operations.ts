// SPDX-License-Identifier: Apache-2.0
// The part of the bank's interface that is about statements of backing.
import { backingProof, currency, digest, identifier } from '@fabric-offline-pay/domain';
import { operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { CUSTOMER_CHANNEL } from '../caller.js';
import { day } from '../reconciliation/report.js';

const SMALL = 4;
const byDay = z.strictObject({ day });

const statement = z.object({
  day,
  madeAt: z.int().describe('seconds since 1970-01-01T00:00Z'),
  statement: z.string().describe('base64 of a COSE_Sign1, ES256; docs/backing.md has its content'),
  certificate: z
    .string()
    .describe("PEM of the signing certificate; check that the bank's authority issued it"),
});

/** Whoever of the bank may be asked for it, and auditors to whom the bank gave a certificate. */
const readers = { roles: ['operator', 'teller', 'auditor'], errors: ['NOT_FOUND'] } as const;

export const BACKING_OPERATIONS = operations({
  readNewestBacking: {
    ...readers,
    method: 'GET',
    path: '/backing',
    summary: 'The newest signed statement of what is on the ledger, and what backs it.',
    input: z.strictObject({}),
    output: statement,
    bodyKiB: SMALL,
  },
  readBacking: {
    ...readers,
    method: 'GET',
    path: '/backing/:day',
    summary: 'The signed statement of a day: what is on the ledger, and what backs it.',
    input: byDay,
    output: statement,
    bodyKiB: SMALL,
  },
  readBackingSeed: {
    roles: ['operator', 'auditor'],
    errors: ['NOT_FOUND'],
    method: 'GET',
    path: '/backing/:day/seed',
    summary:
      "The seed of a statement's blindings, with which an auditor makes its trees again. Not for holders: it would tell them other balances.",
    input: byDay,
    output: z.object({ day, seed: digest.describe('32 bytes, hex') }),
    bodyKiB: SMALL,
  },
  stateBacking: {
    roles: ['operator'],
    method: 'POST',
    path: '/backing',
    summary: "Asks for today's statement, if there is none yet.",
    input: z.strictObject({}),
    output: z.object({ asked: z.literal(true) }),
    bodyKiB: SMALL,
  },
});

/** What a customer asks of its own record. */
export const BACKING_PROOF_OPERATIONS = operations({
  readBackingProof: {
    roles: [CUSTOMER_CHANNEL],
    errors: ['LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND'],
    method: 'GET',
    path: '/logins/:loginId/backing-proof',
    summary:
      "The proof that the customer's balance is counted in a statement of backing, the newest unless told.",
    input: z.strictObject({ loginId: identifier, currency, day: day.optional() }),
    output: statement.extend({ proof: backingProof }),
  },
});
