// SPDX-License-Identifier: Apache-2.0
// The shapes of the GSMA Mobile Money API 1.2, as far as they are used: what is sent, and what of the answers is read.
import { createHash } from 'node:crypto';
import { DomainError, formatAmount, parseDecimal } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import type { MovementKind, RefusalCode } from '../core-banking.js';
import type { HostRequest } from '../requests/begin.js';

const text = z.string().min(1).max(256);

/** What the host calls a transaction: as long as the API allows, and printable, since it is kept and stands in paths. */
export const reference = z.string().regex(/^[\x21-\x7e]{1,256}$/);

const error = z.object({ errorCategory: text, errorCode: text });

export const requestState = z.object({
  serverCorrelationId: z.guid(),
  status: z.enum(['pending', 'completed', 'failed']),
  objectReference: reference.optional(),
  error: error.optional(),
});

export type RequestStateObject = z.output<typeof requestState>;

const isText = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

/** @returns what was left out as an empty text, and anything else as one that is not empty: it is not as it was asked for. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = isText(value) ? value.toString() : '?';
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 256);
}

/** Whatever a host writes there, without what nobody can read, and not too long to be named; empty when it is left out. */
const written = z.unknown().transform(textOf).prefault(null);

export const transaction = z.object({
  transactionReference: reference,
  transactionStatus: text,
  type: text,
  amount: written,
  currency: written,
});

export type TransactionObject = z.output<typeof transaction>;

/** Major units with a point, such as `12.50`. */
interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** @returns minor units; the amount as it was written, when it is none of the currency */
export function unitsOf({ amount, currency }: Money): string {
  try {
    return parseDecimal(amount, currency);
  } catch (error) {
    if (error instanceof DomainError) return amount;
    throw error;
  }
}

/** How the host calls what is asked of it. */
const TYPES: Readonly<Record<Exclude<MovementKind, 'complete'>, string>> = {
  authorise: 'merchantpay',
  release: 'reversal',
  refund: 'reversal',
  payOut: 'disbursement',
};

/** A host may have names of its own; one of ours says which way the money went. */
const isTypeOf = (type: string, kind: MovementKind): boolean =>
  kind !== 'complete' && (type === TYPES[kind] || !Object.values(TYPES).includes(type));

/** @returns whether the host moved the money that it was asked to move; what it leaves out is as it was asked for */
export function isAsAsked(
  { type, amount, currency }: TransactionObject,
  asked: Pick<HostRequest, 'kind' | 'amount' | 'currency'>,
): boolean {
  const isSameCurrency = ['', asked.currency].includes(currency);
  const isSameAmount =
    amount === '' || unitsOf({ amount, currency: asked.currency }) === asked.amount;
  return isTypeOf(type, asked.kind) && isSameCurrency && isSameAmount;
}

const party = z.array(z.object({ key: written, value: written })).catch([]);

/** A line of a statement. An odd one is still a line, so that it can be named. */
export const statementLine = z.object({
  transactionReference: written,
  type: written,
  /** Major units with a point, such as `12.50`. */
  amount: written,
  currency: written,
  debitParty: party,
  creditParty: party,
});

export type StatementLine = z.output<typeof statementLine>;

export const errorObject = error;
export const responseLink = z.object({ link: text });
export const heartbeat = z.object({
  serviceStatus: z.enum(['available', 'unavailable', 'degraded']),
});

/** A link stays at the host, and on two kinds of objects. */
export const LINK = /^\/(transactions|requeststates)\/[A-Za-z0-9._-]{1,256}$/;

/** What an error says about the request. `duplicate`: it was received before. `unclear`: nothing about it. */
type Meaning = RefusalCode | 'duplicate' | 'unclear';

const LIMITS = [
  'dailyVolumeLimitExceeded',
  'dailyValueLimitExceeded',
  'weeklyVolumeLimitExceeded',
  'weeklyValueLimitExceeded',
  'monthlyVolumeLimitExceeded',
  'monthlyValueLimitExceeded',
  'accountMaxTotalVolumeExceeded',
  'accountMaxTotalValueExceeded',
  'lessThanTransactionMinValue',
  'greaterThanTransactionMaxValue',
  'maxBalanceExceeded',
];

const CODES: ReadonlyMap<string, Meaning> = new Map([
  ...LIMITS.map((code) => [code, 'LIMIT_EXCEEDED'] as const),
  ['insufficientFunds', 'INSUFFICIENT_FUNDS'],
  ['incorrectState', 'INSTRUMENT_BLOCKED'],
  ['requestDeclined', 'INSTRUMENT_BLOCKED'],
  ['linkViolation', 'INSTRUMENT_BLOCKED'],
  ['identifierError', 'INSTRUMENT_UNKNOWN'],
  ['duplicateRequest', 'duplicate'],
  ['rateLimitError', 'unclear'],
]);

/** Whatever the code: the host is not well, or does not know us. That is nothing about the customer. */
const UNCLEAR_CATEGORIES = ['internal', 'serviceUnavailable', 'authorisation'];

export function meaningOf({ errorCategory, errorCode }: z.output<typeof error>): Meaning {
  const known = CODES.get(errorCode);
  if (known !== undefined) return known;
  return UNCLEAR_CATEGORIES.includes(errorCategory) ? 'unclear' : 'REFUSED_BY_HOST';
}

/** @returns the UUID of a request: the same for its repetition, version 8 of RFC 9562. */
export function correlationId(key: string): string {
  const bytes = createHash('sha256').update(key).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** How the host knows a customer's account: by the reference of a link that the customer agreed to, never by a telephone number. */
const CUSTOMER = 'linkref';
/** How it knows those of the bank and of payees. */
export const ACCOUNT = 'accountid';

/** What is posted, and where to. */
export interface Post {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Mobile money reserves nothing: a pre-authorised code only permits a later payment, which may then fail. So an authorisation takes the
 * money, a completion needs nothing more, and what is given back is a reversal, of a part or of all.
 * @param account of the bank at the host
 * @param original reference of the transaction to reverse
 */
export function postOf(request: HostRequest, account: string, original: string | null): Post {
  const { kind, token, currency, amount, request_key: key } = request;
  const common = {
    amount: formatAmount(amount, currency),
    currency,
    requestingOrganisationTransactionReference: key,
  };
  const bank = [{ key: ACCOUNT, value: account }];
  if (kind === 'authorise')
    return {
      path: `/transactions/type/${TYPES[kind]}`,
      body: {
        ...common,
        type: TYPES[kind],
        debitParty: [{ key: CUSTOMER, value: token }],
        creditParty: bank,
      },
    };
  if (kind === 'payOut')
    return {
      path: `/transactions/type/${TYPES[kind]}`,
      body: {
        ...common,
        type: TYPES[kind],
        debitParty: bank,
        creditParty: [{ key: ACCOUNT, value: token }],
      },
    };
  return {
    path: `/transactions/${encodeURIComponent(original ?? '')}/reversals`,
    body: { ...common, type: TYPES.release },
  };
}
