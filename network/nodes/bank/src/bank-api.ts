// SPDX-License-Identifier: Apache-2.0
// The bank's interface: the route of every operation, who may call it, what it takes and what it answers.
import { amount, currency, identifier, TRANSACTIONS } from '@fabric-offline-pay/domain';
import {
  operations,
  type ApiDescription,
  type FieldMeanings,
  type Operation,
} from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { BANK_ERRORS } from './bank-error.js';
import { CUSTOMER_CHANNEL, type BankRole } from './caller.js';
import { FUNDING_STATES } from './database/funding-tables.js';
import { WORK_OPERATIONS } from './alerts/work-operations.js';
import { BACKING_PROOF_OPERATIONS } from './backing/backing-operations.js';
import { MONEY_OPERATIONS } from './money-operations.js';
import { FUNDING_OPERATIONS, fundingOutcome } from './funding/funding-operations.js';
import { RECORD_OPERATIONS } from './user-system/record-operations.js';
import { INPUTS } from './inputs.js';
import { PASSKEY_OPERATIONS } from './passkeys/passkey-operations.js';
import { BANK_FIELDS } from './ownership.js';
import { ATTEMPT_RESULTS, CHANGE_KINDS, CHANGE_STATES, FACTORS, LOGIN_STATES } from './states.js';

const SMALL = 4;
const PROFILE = 64;
const TERMS = 64;
const PURCHASE = 128;

const seconds = z.int().describe('seconds since 1970-01-01T00:00Z');

const missing = z.object({
  missing: z.array(z.string()).describe('names of missing profile fields; never values'),
});
const codeSent = z.object({
  codeExpiresAt: seconds,
  reference: z
    .string()
    .describe('stands in the text with the code, too: show it, so that the customer can compare'),
});
const received = z.object({ received: z.literal(true) });
const cancelled = z.object({ cancelled: z.literal(true) });

const change = z.object({
  changeId: identifier,
  kind: z.enum(CHANGE_KINDS),
  changes: z.array(z.enum(['phone', 'password'])),
  state: z.enum(CHANGE_STATES),
  askedAt: seconds,
  effectiveAt: seconds.nullable(),
});

const loginRecord = z.object({
  loginId: identifier,
  deviceId: identifier,
  state: z.enum(LOGIN_STATES),
  openedAt: seconds,
  endedAt: seconds.nullable(),
});

const attempt = z.object({
  factor: z.enum(FACTORS),
  boundTo: z.string(),
  at: seconds,
  result: z.enum(ATTEMPT_RESULTS),
});

const offered = z.object({
  salt: z.string(),
  addresses: z.array(
    z.object({
      ref: z.string(),
      latitude: z.int().describe('micro-degrees'),
      longitude: z.int().describe('micro-degrees'),
      text: z.string(),
    }),
  ),
});

const purchase = z.object({
  customerId: identifier,
  merchantId: identifier,
  orderNumber: identifier,
  loginId: identifier.exactOptional(),
  currency,
  fee: amount,
  total: amount,
  purchasedAt: seconds,
  mode: z.enum(['online', 'offline']),
  lines: z.array(
    z.object({ gtin: z.string(), name: z.string(), quantity: z.int(), unitPrice: amount }),
  ),
});

const funding = z.object({
  state: z.enum(FUNDING_STATES),
  refusal: z.string().nullable().describe('a code: why no instrument gave the money'),
  outcome: fundingOutcome,
  reason: z.string().nullable().describe('a code: the refusal, or why it does not go on now'),
});

const instrument = z.object({
  token: identifier,
  kind: z.enum(['card', 'mobile']),
  funds: z.boolean().describe("whether it funds the customer's orders"),
});

const count = z.int();

const activity = z.object({
  deductions: count.describe("orders that a customer's instrument paid, at least in part"),
  completions: count,
  returns: count.describe('parts that went back to an instrument'),
  open: count.describe('fundings and parts that are under way'),
  messages: count.describe('sent to customers about their orders'),
  delivered: count.describe('of these, reported as delivered'),
  acknowledged: count.describe('alerts that an operator has looked at'),
  payOuts: count.describe("payees' pay-outs that reached their account"),
  untold: count.describe('messages to customers that are under way'),
  approvals: count.describe('authorisations that a host of cards or mobile accounts approved'),
  reversals: count.describe('what these hosts released or refunded'),
  texts: count.describe('short messages that the message centre took'),
  receipts: count.describe('delivery receipts of the message centre'),
});

const authenticated = z.object({
  authenticated: z.literal(true),
  limits: TRANSACTIONS.identity.assessReputation.output.shape.limits.exactOptional(),
  effectiveAt: seconds.exactOptional(),
});

type Call<O extends Partial<Operation>> = O & { readonly roles: readonly BankRole[] };

const by =
  (...roles: readonly BankRole[]) =>
  <const O extends Omit<Operation, 'roles'>>(operation: O): Call<O> => ({ ...operation, roles });

/** The front office, where people show their documents. */
const teller = by('teller');

/** Acts for the customer who uses it, and may only use data of the customer whose login it has. */
const channel = by(CUSTOMER_CHANNEL);

/** Claims the money, so it knows what was bought. */
const bankNode = by('bank-node');

const operator = by('operator');

/** What the bank's people and customers ask of the service of units 2 to 7, 14 and 20. */
export const SERVICE_OPERATIONS = operations({
  enrol: teller({
    method: 'POST',
    path: '/customers',
    summary: 'Stores a customer.',
    input: INPUTS.enrol,
    output: missing,
    errors: ['IDEMPOTENCY_CONFLICT'],
    bodyKiB: PROFILE,
  }),
  updateProfile: teller({
    method: 'PATCH',
    path: '/customers/:customerId',
    summary: 'Changes the named fields of a profile.',
    input: INPUTS.updateProfile,
    output: missing,
    errors: ['CUSTOMER_UNKNOWN', 'CHANGE_NEEDS_FACTORS', 'MESSAGE_NOT_SENT'],
    bodyKiB: PROFILE,
  }),
  registerDevice: teller({
    method: 'POST',
    path: '/customers/:customerId/devices',
    summary: "Registers the public key of a customer's device.",
    input: INPUTS.registerDevice,
    output: z.object({ registered: z.literal(true) }),
    errors: ['CUSTOMER_UNKNOWN', 'IDEMPOTENCY_CONFLICT'],
    bodyKiB: SMALL,
  }),
  startRecovery: teller({
    method: 'POST',
    path: '/customers/:customerId/recoveries',
    summary: 'Begins to replace a lost telephone or password.',
    input: INPUTS.startRecovery,
    output: change,
    errors: [
      ...(['CUSTOMER_UNKNOWN', 'STATE_CONFLICT', 'IDEMPOTENCY_CONFLICT'] as const),
      ...(['MESSAGE_NOT_SENT', 'TOO_MANY_MESSAGES'] as const),
    ],
    bodyKiB: SMALL,
  }),
  stopChange: teller({
    method: 'POST',
    path: '/customers/:customerId/changes/:changeId/end',
    summary: 'Cancels a change that has not taken effect.',
    input: INPUTS.stopChange,
    output: cancelled,
    errors: ['CUSTOMER_UNKNOWN', 'NOT_FOUND', 'STATE_CONFLICT', 'MESSAGE_NOT_SENT'],
    bodyKiB: SMALL,
  }),
  confirmRecovery: teller({
    method: 'POST',
    path: '/recoveries/:changeId/confirmation',
    summary: 'Confirms a recovery that another person began.',
    input: INPUTS.confirmRecovery,
    output: change,
    errors: [
      ...(['NOT_FOUND', 'STATE_CONFLICT', 'SECOND_PERSON_NEEDED'] as const),
      ...(['MESSAGE_NOT_SENT', 'TOO_MANY_MESSAGES'] as const),
    ],
    bodyKiB: SMALL,
  }),
  recordPurchase: bankNode({
    method: 'POST',
    path: '/customers/:customerId/purchases',
    summary: 'Stores what a customer bought.',
    input: INPUTS.recordPurchase,
    output: z.object({ recorded: z.literal(true) }),
    errors: ['CUSTOMER_UNKNOWN', 'IDEMPOTENCY_CONFLICT', 'MESSAGE_NOT_SENT'],
    bodyKiB: PURCHASE,
  }),
  openLogin: channel({
    method: 'POST',
    path: '/logins',
    summary: 'Opens a login, and names missing profile fields.',
    input: INPUTS.openLogin,
    output: missing,
    errors: ['IDEMPOTENCY_CONFLICT', 'CLOCK_SKEW'],
    bodyKiB: SMALL,
  }),
  completeProfile: channel({
    method: 'PATCH',
    path: '/logins/:loginId/profile',
    summary: 'Fills in profile fields.',
    input: INPUTS.completeProfile,
    output: missing,
    errors: ['STATE_CONFLICT', 'LOGIN_NOT_AUTHENTICATED', 'CHANGE_NEEDS_FACTORS'],
    bodyKiB: PROFILE,
  }),
  beginAuthentication: channel({
    method: 'POST',
    path: '/logins/:loginId/authentication',
    summary: 'Sends a one-time code.',
    input: INPUTS.beginAuthentication,
    output: codeSent,
    errors: ['STATE_CONFLICT', 'PROFILE_INCOMPLETE', 'TOO_MANY_CODES', 'MESSAGE_NOT_SENT'],
    bodyKiB: SMALL,
  }),
  submitPassword: channel({
    method: 'POST',
    path: '/logins/:loginId/password',
    summary: 'Submits the password. The answer does not say whether it was right.',
    input: INPUTS.submitPassword,
    output: received,
    errors: ['STATE_CONFLICT', 'LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND'],
    bodyKiB: SMALL,
  }),
  submitCode: channel({
    method: 'POST',
    path: '/logins/:loginId/code',
    summary: 'Submits the code. The answer does not say whether it was right.',
    input: INPUTS.submitCode,
    output: received,
    errors: ['STATE_CONFLICT', 'LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND'],
    bodyKiB: SMALL,
  }),
  complete: channel({
    method: 'POST',
    path: '/logins/:loginId/completion',
    summary: 'Joins both factors.',
    input: INPUTS.complete,
    output: authenticated,
    errors: [
      'STATE_CONFLICT',
      'NOT_FOUND',
      'AUTHENTICATION_FAILED',
      'AUTHENTICATION_EXPIRED',
      'LOGIN_NOT_AUTHENTICATED',
      'CUSTOMER_BLOCKED',
      'MESSAGE_NOT_SENT',
      'TOO_MANY_MESSAGES',
    ],
    bodyKiB: SMALL,
  }),
  beginStepUp: channel({
    method: 'POST',
    path: '/logins/:loginId/step-up',
    summary: 'Sends a code for the payment of these terms only.',
    input: INPUTS.beginStepUp,
    output: codeSent,
    errors: ['LOGIN_NOT_AUTHENTICATED', 'TOO_MANY_CODES', 'MESSAGE_NOT_SENT'],
    bodyKiB: TERMS,
  }),
  ...PASSKEY_OPERATIONS,
  openAccount: teller({
    method: 'POST',
    path: '/book/accounts',
    summary: "Opens an account in the bank's own book, behind an instrument.",
    input: INPUTS.openAccount,
    output: z.object({ opened: z.literal(true) }),
    bodyKiB: SMALL,
  }),
  readActivity: operator({
    method: 'GET',
    path: '/activity',
    summary: 'What the node did since it was set up, counted.',
    input: INPUTS.readActivity,
    output: activity,
    bodyKiB: SMALL,
  }),
  fundOrder: channel({
    method: 'POST',
    path: '/logins/:loginId/fundings',
    summary: "Funds an order from the customer's instrument, as far as the account is short.",
    input: INPUTS.fundOrder,
    output: funding,
    errors: ['LOGIN_NOT_AUTHENTICATED', 'STATE_CONFLICT'],
    bodyKiB: TERMS,
  }),
  listInstruments: channel({
    method: 'GET',
    path: '/logins/:loginId/instruments',
    summary: "The customer's cards and mobile-payment accounts.",
    input: INPUTS.listInstruments,
    output: z.array(instrument),
    errors: ['LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SMALL,
  }),
  chooseInstrument: channel({
    method: 'PUT',
    path: '/logins/:loginId/funding-choice',
    summary: "Chooses the instrument that funds the customer's orders, or none.",
    input: INPUTS.chooseInstrument,
    output: z.object({ chosen: z.literal(true) }),
    errors: ['LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND'],
    bodyKiB: SMALL,
  }),
  beginChange: channel({
    method: 'POST',
    path: '/logins/:loginId/changes',
    summary: 'Begins to change telephone or password.',
    input: INPUTS.beginChange,
    output: codeSent.extend({ boundTo: z.string() }),
    errors: [
      'LOGIN_NOT_AUTHENTICATED',
      'STATE_CONFLICT',
      'IDEMPOTENCY_CONFLICT',
      'TOO_MANY_CODES',
      'MESSAGE_NOT_SENT',
    ],
    bodyKiB: SMALL,
  }),
  cancelChange: channel({
    method: 'POST',
    path: '/logins/:loginId/changes/:changeId/cancellation',
    summary: 'Cancels an own change or a recovery.',
    input: INPUTS.cancelChange,
    output: cancelled,
    errors: ['LOGIN_NOT_AUTHENTICATED', 'NOT_FOUND', 'STATE_CONFLICT', 'MESSAGE_NOT_SENT'],
    bodyKiB: SMALL,
  }),
  listChanges: channel({
    method: 'GET',
    path: '/logins/:loginId/changes',
    summary: "The customer's changes of telephone and password, newest first.",
    input: INPUTS.listChanges,
    output: z.array(change),
    errors: ['LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SMALL,
  }),
  offerAddresses: channel({
    method: 'GET',
    path: '/logins/:loginId/addresses',
    summary: "The customer's addresses, in the form that the ledger takes.",
    input: INPUTS.offerAddresses,
    output: offered,
    errors: ['LOGIN_NOT_AUTHENTICATED', 'ADDRESS_UNKNOWN'],
    bodyKiB: SMALL,
  }),
  listLogins: channel({
    method: 'GET',
    path: '/logins/:loginId/logins',
    summary: "The customer's logins, newest first.",
    input: INPUTS.listLogins,
    output: z.array(loginRecord),
    errors: ['LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SMALL,
  }),
  listPurchases: channel({
    method: 'GET',
    path: '/logins/:loginId/purchases',
    summary: "The customer's purchases with unit prices, newest first.",
    input: INPUTS.listPurchases,
    output: z.array(purchase),
    errors: ['LOGIN_NOT_AUTHENTICATED'],
    bodyKiB: SMALL,
  }),
  attempts: operator({
    method: 'GET',
    path: '/logins/:loginId/attempts',
    summary: 'The results of all tries of a login.',
    input: INPUTS.attempts,
    output: z.array(attempt),
    errors: ['NOT_FOUND'],
    bodyKiB: SMALL,
  }),
});

/** Everything that may be called. */
export const BANK_OPERATIONS = operations({
  ...SERVICE_OPERATIONS,
  ...RECORD_OPERATIONS,
  ...BACKING_PROOF_OPERATIONS,
  ...FUNDING_OPERATIONS,
  ...WORK_OPERATIONS,
  ...MONEY_OPERATIONS,
});

export type OperationTable = typeof BANK_OPERATIONS;

export const BANK_API: ApiDescription & { readonly operations: OperationTable } = {
  title: "The bank's node",
  description:
    'Enrolment, login by two factors, step-up, deduction, statements, recommendations, alerts, pay-outs, reconciliation (units 2 to 7, 14 and 16 to 20 of the patent on the side of the bank).',
  version: '0.1.0',
  operations: BANK_OPERATIONS,
  // A field of an operation that has no meaning does not compile.
  fields: BANK_FIELDS satisfies FieldMeanings<OperationTable>,
  errors: BANK_ERRORS,
};
