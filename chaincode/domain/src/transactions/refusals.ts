// SPDX-License-Identifier: Apache-2.0
// The refusals that a transaction can answer: its own, which its entry lists, and those of every call of its kind.
import type { ErrorCode } from '../base/errors.js';
import type { Ownership, Transaction } from './define.js';

/** Refusals of the units that check goods against their registration. */
export const GOODS_AS_PICKED = [
  'GOODS_UNKNOWN',
  'GOODS_WITHDRAWN',
  'GOODS_DIGEST_MISMATCH',
  'GOODS_DEFECTIVE',
  'CURRENCY_MISMATCH',
] as const satisfies readonly ErrorCode[];

/** Refusals because of the merchant's licence or categories. */
export const MERCHANT_MAY_SELL = [
  'MERCHANT_UNKNOWN',
  'MERCHANT_INACTIVE',
  'MERCHANT_NOT_LICENSED',
  'CATEGORY_NOT_ALLOWED',
] as const satisfies readonly ErrorCode[];

/** Refusals when logistics did not quote the customer's choice, or the quote has expired. */
export const CHOICE_QUOTED = [
  'QUOTE_MISMATCH',
  'QUOTE_EXPIRED',
  'ADDRESS_UNKNOWN',
  'COURIER_NOT_ELIGIBLE',
] as const satisfies readonly ErrorCode[];

/** Refusals of pricing the private addresses. */
export const OFFERS_COMPUTED = [
  'GOODS_UNKNOWN',
  'ADDRESSES_DIFFER',
  'NO_COURIER',
] as const satisfies readonly ErrorCode[];

/** Refusals when the customer is not active, or its login has not passed units 2 to 7 or has expired. */
export const LOGGED_IN = [
  'CUSTOMER_BLOCKED',
  'LOGIN_NOT_AUTHENTICATED',
  'LOGIN_EXPIRED',
] as const satisfies readonly ErrorCode[];

/** Refusals because of the bank, the customer's limits or the customer's money. */
export const HOLD_PLACED = [
  'BANK_SUSPENDED',
  'CURRENCY_NOT_ALLOWED',
  'LIMIT_EXCEEDED',
  'STEP_UP_REQUIRED',
  'INSUFFICIENT_FUNDS',
] as const satisfies readonly ErrorCode[];

/** Refusals of a capture: the order must have matched, and the hold must not have expired. */
export const CAPTURED = [
  'STATE_CONFLICT',
  'VERIFICATION_MISSING',
  'ALARM_OPEN',
  'HOLD_EXPIRED',
  'HOLD_EXCEEDED',
  'CLAIM_EXCEEDED',
] as const satisfies readonly ErrorCode[];

/** Refusals of a device certificate: it must be the bank's, agree with the ledger, and stay within policy and reputation. */
export const CERTIFICATE_GRANTED = [
  'OFFLINE_MALFORMED',
  'OFFLINE_CERTIFICATE_FORGED',
  'OFFLINE_CERTIFICATE_MISMATCH',
  'OFFLINE_ISSUER_RETIRED',
  'OFFLINE_WRONG_CHANNEL',
  'CUSTOMER_BLOCKED',
  'DEVICE_UNKNOWN',
  'OFFLINE_NOT_ALLOWED',
  'OFFLINE_OVER_PAYMENT_CAP',
  'OFFLINE_OVER_TOTAL_CAP',
  'OFFLINE_RESERVE_INACTIVE',
] as const satisfies readonly ErrorCode[];

/** Refusals of money for a reserve. It counts in the customer's window. */
export const SET_ASIDE = [
  'BANK_SUSPENDED',
  'CURRENCY_NOT_ALLOWED',
  'LIMIT_EXCEEDED',
  'INSUFFICIENT_FUNDS',
] as const satisfies readonly ErrorCode[];

/** Refusals of a bulletin: it must be the bank's, for this channel, and newer than the last one. */
export const BULLETIN_PUBLISHED = [
  'OFFLINE_MALFORMED',
  'OFFLINE_CLOCK_WRONG',
  'OFFLINE_SIGNATURE_INVALID',
  'OFFLINE_ISSUER_RETIRED',
  'OFFLINE_WRONG_CHANNEL',
  'STATE_CONFLICT',
] as const satisfies readonly ErrorCode[];

/** Refusals of the search for the object's owner. */
const OF_OWNER: Readonly<Record<Ownership['of'], readonly ErrorCode[]>> = {
  network: [],
  input: ['NOT_OWNER'],
  customer: ['NOT_OWNER', 'CUSTOMER_UNKNOWN'],
  login: ['NOT_OWNER', 'NOT_FOUND'],
  merchant: ['NOT_OWNER', 'MERCHANT_UNKNOWN'],
  order: ['NOT_OWNER', 'NOT_FOUND'],
  basket: ['NOT_OWNER', 'NOT_FOUND'],
  quote: ['NOT_OWNER'],
  payee: ['NOT_OWNER', 'NOT_FOUND'],
};

type Called = Pick<Transaction, 'kind' | 'beforeRegistry' | 'owner' | 'repeat'>;

/** @returns the refusals that every call of this kind can get before or after its handler: for access, shape, owner and key. */
export const commonRefusals = ({
  kind,
  beforeRegistry,
  owner,
  repeat,
}: Called): readonly ErrorCode[] => [
  ...(beforeRegistry === true ? [] : (['PARTICIPANT_UNKNOWN'] as const)),
  'LEDGER_VERSION_OTHER',
  'ACCESS_DENIED',
  'INPUT_INVALID',
  ...OF_OWNER[owner.of],
  ...(repeat?.by === 'receipt' ? (['IDEMPOTENCY_CONFLICT'] as const) : []),
  kind === 'submit' ? 'CLOCK_SKEW' : 'READ_ONLY',
  'INTERNAL',
];

/** @returns every refusal that the transaction can answer, its own first. */
export const refusalsOf = (
  transaction: Called & Pick<Transaction, 'errors'>,
): readonly ErrorCode[] => [...transaction.errors, ...commonRefusals(transaction)];
