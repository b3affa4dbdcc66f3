// SPDX-License-Identifier: Apache-2.0
// Participants, customers and logins, as they are in rows, inputs and answers. Each is declared once, by the schema that
// checks it.
import * as z from 'zod';
import type { DeepReadonly } from '../base/deep-readonly.js';
import { identifier, instant } from '../base/identifiers.js';

const role = z.enum(['bank', 'merchant', 'logistics', 'auditor']);

export const participant = z.strictObject({
  mspId: identifier,
  role,
  actor: identifier.describe(
    "the `actor` of the organisation's certificates; a merchant organisation's come from licences",
  ),
  bankId: identifier
    .nullable()
    .describe('the bank that pays a logistics company out; null for others'),
  status: z.enum(['active', 'suspended']),
});

/** A customer, as queries show it. */
export const customer = z.strictObject({
  customerId: identifier,
  bankId: identifier,
  status: z.enum(['active', 'blocked']),
  /** Names of the profile fields that the bank still lacks; never their values. */
  missing: z.array(z.string()),
});

/** A login, as queries show it. */
export const login = z.strictObject({
  loginId: identifier,
  customerId: identifier,
  state: z.enum(['verified', 'open', 'authenticating', 'authenticated', 'failed']),
  missing: z.array(z.string()),
  expiresAt: instant,
  factorsUntil: instant,
});

export const reputation = z.strictObject({
  customerId: identifier,
  /** 0 (worst) … 100 (best). */
  score: z.int(),
  totals: z.strictObject({
    success: z.int(),
    mismatch: z.int(),
    dispute: z.int(),
    failedAuthentication: z.int(),
    doubleSpend: z.int(),
  }),
});

/** What an organisation is on the channel. */
export type Role = z.output<typeof role>;
/** An organisation on the channel. */
export type ParticipantRow = DeepReadonly<z.output<typeof participant>>;
export type ShownCustomer = DeepReadonly<z.output<typeof customer>>;
export type ShownLogin = DeepReadonly<z.output<typeof login>>;
/** A customer's score and the totals of its history. */
export type ReputationRow = DeepReadonly<z.output<typeof reputation>>;

/** The kinds of entries that a customer's history counts. */
export type CountedKind = keyof ReputationRow['totals'];
