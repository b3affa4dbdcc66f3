// SPDX-License-Identifier: Apache-2.0
// Identity: participants, customers and their devices, login, the two factors, reputation (units 2 to 7).
import * as z from 'zod';
import { deviceKey, identifier } from '../base/identifiers.js';
import { MOST_PARTICIPANTS } from '../identity/registry.js';
import { merchant } from '../ledger/catalogue-shapes.js';
import { customer, login, participant, reputation } from '../ledger/identity-shapes.js';
import { ABOUT, BY_STATE, ONCE, onceFor, define, query } from './define.js';
import { BANK_ID, CUSTOMER_ID, DEVICE_KEY, LOGIN, LOGISTICS_ID } from './examples.js';
import { DEFAULT_POLICY } from '../policy/default-policy.js';
import { limits, policy } from '../policy/policy.js';
import { loginKey, outcome } from './shapes.js';

const NONCE = '5f8b1b0e7c1d4e4fa0b6';
const PARTICIPANTS = [
  {
    mspId: 'BankMSP',
    role: 'bank' as const,
    actor: BANK_ID,
    bankId: null,
    status: 'active' as const,
  },
  {
    mspId: 'MerchantMSP',
    role: 'merchant' as const,
    actor: 'merchant-org',
    bankId: null,
    status: 'active' as const,
  },
  {
    mspId: 'LogisticsMSP',
    role: 'logistics' as const,
    actor: LOGISTICS_ID,
    bankId: BANK_ID,
    status: 'active' as const,
  },
];

const ADMISSION = {
  proposal: {
    kind: 'participant' as const,
    participant: {
      mspId: 'SecondBankMSP',
      role: 'bank' as const,
      actor: 'bank-2',
      bankId: null,
      status: 'active' as const,
    },
  },
};

const missing = z
  .array(z.string().regex(/^[a-zA-Z]{1,40}$/))
  .max(20)
  .describe('names of missing profile fields, never values');

const attestation = z.strictObject({
  loginId: identifier,
  boundTo: identifier.describe('`login`, or the digest of the order that the factor is bound to'),
  nonce: identifier,
});

/** What can be voted on. `VOTES_NEEDED` says whose votes each kind needs. */
const proposal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('participant'), participant }),
  z.strictObject({ kind: z.literal('policy'), policy }),
  z.strictObject({ kind: z.literal('licence'), merchant }),
]);

const attest = (unit: '5' | '6', what: string) =>
  define({
    kind: 'submit',
    units: [unit],
    summary: `The bank attests that the ${what} passed, for the login or for one order.`,
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: attestation,
    output: outcome,
    subject: ABOUT.login,
    repeat: onceFor('boundTo'),
    errors: ['STATE_CONFLICT', 'LOGIN_EXPIRED', 'AUTHENTICATION_EXPIRED'],
    operations: { fixed: 5 },
    example: { ...LOGIN, boundTo: 'login', nonce: NONCE },
  });

export const identity = {
  bootstrap: define({
    kind: 'submit',
    units: ['1'],
    summary:
      'Confirms the first participants and the first policy of the ledger. The last founder that confirms the same ones writes them, once.',
    access: ['*.operator'],
    owner: { of: 'network' },
    beforeRegistry: true,
    input: z.strictObject({
      participants: z.array(participant).min(1).max(MOST_PARTICIPANTS),
      policy,
    }),
    output: outcome.extend({
      missing: z.array(identifier).describe('MSP ids of the founders who have not confirmed yet'),
    }),
    subject: ABOUT.network,
    repeat: BY_STATE,
    errors: ['ALREADY_BOOTSTRAPPED', 'REGISTRY_INVALID', 'ACTOR_TAKEN'],
    operations: { fixed: 1, perEntry: 2 },
    example: { participants: PARTICIPANTS, policy: DEFAULT_POLICY },
  }),
  vote: define({
    kind: 'submit',
    units: ['1'],
    summary:
      'Votes for a participant, a policy or a licence. The last needed vote enacts it. The proposal decides whose votes are needed.',
    access: ['*.operator'],
    owner: { of: 'network' },
    input: z.strictObject({ proposal }),
    output: outcome.extend({ votes: z.int(), enacted: z.boolean() }),
    subject: ABOUT.network,
    repeat: BY_STATE,
    errors: ['REGISTRY_INVALID', 'PARTICIPANT_FIXED', 'ACTOR_TAKEN', 'MERCHANT_UNKNOWN'],
    operations: { fixed: 5 },
    example: ADMISSION,
  }),
  withdrawVote: define({
    kind: 'submit',
    units: ['1'],
    summary: "Withdraws the organisation's own vote for a proposal that is not enacted yet.",
    access: ['*.operator'],
    owner: { of: 'network' },
    input: z.strictObject({ proposal }),
    output: outcome.extend({ votes: z.int() }),
    subject: ABOUT.network,
    repeat: BY_STATE,
    errors: [],
    operations: { fixed: 4 },
    example: ADMISSION,
  }),
  enrolCustomer: define({
    kind: 'submit',
    units: ['2'],
    summary: 'Enrols a customer under a pseudonym. The bank vouches for the customer.',
    access: ['bank.teller'],
    owner: { of: 'input', field: 'bankId' },
    input: z.strictObject({ customerId: identifier, bankId: identifier, missing }),
    output: outcome,
    subject: ABOUT.customer,
    repeat: ONCE,
    errors: [],
    operations: { fixed: 6 },
    example: { customerId: CUSTOMER_ID, bankId: BANK_ID, missing: [] },
  }),
  updateProfile: define({
    kind: 'submit',
    units: ['3'],
    summary:
      "States which profile fields are still missing at the bank, and optionally whether the customer is active. A block ends the customer's sessions.",
    access: ['bank.auth-service', 'bank.teller'],
    owner: { of: 'customer' },
    input: z.strictObject({
      customerId: identifier,
      missing,
      status: z.enum(['active', 'blocked']).optional().describe('unchanged when absent'),
    }),
    output: outcome,
    subject: ABOUT.customer,
    repeat: BY_STATE,
    errors: [],
    operations: { fixed: 5 },
    example: { customerId: CUSTOMER_ID, missing: ['email'], status: 'active' as const },
  }),
  registerDevice: define({
    kind: 'submit',
    units: ['2'],
    summary: "Registers the public key of a customer's device.",
    access: ['bank.teller', 'bank.auth-service'],
    owner: { of: 'customer' },
    input: z.strictObject({ customerId: identifier, deviceId: identifier, publicKey: deviceKey }),
    output: outcome,
    subject: ABOUT.device,
    repeat: ONCE,
    errors: [],
    operations: { fixed: 5 },
    example: { customerId: CUSTOMER_ID, deviceId: 'phone', publicKey: DEVICE_KEY },
  }),
  revokeDevice: define({
    kind: 'submit',
    units: ['2'],
    summary: "Revokes a device's key. Its sessions end, and no further login may use it.",
    access: ['bank.teller', 'bank.auth-service'],
    owner: { of: 'customer' },
    input: z.strictObject({ customerId: identifier, deviceId: identifier }),
    output: outcome,
    subject: ABOUT.device,
    repeat: BY_STATE,
    errors: ['DEVICE_UNKNOWN'],
    operations: { fixed: 6 },
    example: { customerId: CUSTOMER_ID, deviceId: 'phone' },
  }),
  verifyIdentity: define({
    kind: 'submit',
    units: ['2'],
    summary: 'Verifies participant, customer and device, and begins a login.',
    access: ['bank.auth-service'],
    owner: { of: 'customer' },
    input: z.strictObject({ loginId: identifier, customerId: identifier, deviceId: identifier }),
    output: outcome,
    subject: ABOUT.login,
    repeat: ONCE,
    errors: ['CUSTOMER_BLOCKED', 'DEVICE_UNKNOWN'],
    operations: { fixed: 6 },
    example: { ...LOGIN, customerId: CUSTOMER_ID, deviceId: 'phone' },
  }),
  openLogin: define({
    kind: 'submit',
    units: ['3'],
    summary: 'Opens the login of a verified customer and answers which profile fields are missing.',
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: loginKey,
    output: outcome.extend({ missing }),
    subject: ABOUT.login,
    repeat: { by: 'state', leavesReceipt: true },
    errors: ['STATE_CONFLICT', 'LOGIN_EXPIRED', 'AUTHENTICATION_EXPIRED', 'CUSTOMER_UNKNOWN'],
    operations: { fixed: 5 },
    example: LOGIN,
  }),
  beginAuthentication: define({
    kind: 'submit',
    units: [],
    summary:
      'Begins the dual authentication of a customer with a complete profile. From now on both factors may come, in any order.',
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: loginKey,
    output: outcome,
    subject: ABOUT.login,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'LOGIN_EXPIRED', 'AUTHENTICATION_EXPIRED', 'PROFILE_INCOMPLETE'],
    operations: { fixed: 5 },
    example: LOGIN,
  }),
  attestSms: attest('5', 'one-time code'),
  attestPassword: attest('6', 'password'),
  completeAuthentication: define({
    kind: 'submit',
    units: ['4'],
    summary: 'Joins the two factors: both passed within the allowed time.',
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: loginKey,
    output: outcome,
    subject: ABOUT.login,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'LOGIN_EXPIRED', 'AUTHENTICATION_EXPIRED', 'AUTHENTICATION_FAILED'],
    operations: { fixed: 7 },
    example: LOGIN,
  }),
  failAuthentication: define({
    kind: 'submit',
    units: ['4'],
    summary: 'Ends an authentication that did not pass. It never says which factor failed.',
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: loginKey,
    output: outcome,
    subject: ABOUT.login,
    repeat: ONCE,
    errors: ['STATE_CONFLICT'],
    operations: { fixed: 6 },
    example: LOGIN,
  }),
  assessReputation: define({
    kind: 'submit',
    units: ['7'],
    summary:
      "Folds the customer's history into its score, and opens the login's session in the account with the limits for that score.",
    access: ['bank.auth-service'],
    owner: { of: 'login' },
    input: loginKey,
    output: outcome.extend({ score: z.int(), limits }),
    subject: ABOUT.login,
    repeat: ONCE,
    errors: ['STATE_CONFLICT', 'LOGIN_EXPIRED', 'CUSTOMER_BLOCKED', 'DEVICE_UNKNOWN'],
    operations: { fixed: 10, perEntry: 1 },
    example: LOGIN,
  }),
  readParticipants: query({
    summary: 'All participants.',
    input: z.strictObject({}),
    output: z.strictObject({ participants: z.array(participant) }),
    example: {},
  }),
  readPolicy: query({
    summary: 'The policy: times, limits and rules.',
    input: z.strictObject({}),
    output: policy,
    example: {},
  }),
  readCustomer: query({
    summary:
      'What the ledger knows of a customer: a pseudonym and whether its profile is complete.',
    input: z.strictObject({ customerId: identifier }),
    errors: ['CUSTOMER_UNKNOWN'],
    output: customer,
    example: { customerId: CUSTOMER_ID },
  }),
  readLogin: query({
    summary: 'A login, its state and its limits.',
    input: loginKey,
    errors: ['NOT_FOUND'],
    output: login.extend({
      limits: limits.nullable().describe('of the open session; null when none is open'),
    }),
    example: LOGIN,
  }),
  readReputation: query({
    summary: "A customer's score and the totals that it follows from.",
    input: z.strictObject({ customerId: identifier }),
    output: reputation,
    example: { customerId: CUSTOMER_ID },
  }),
};
