// SPDX-License-Identifier: Apache-2.0
// Refusals of the bank's authentication: the domain's codes, and some that only a service outside the ledger needs.
import { ERRORS, isErrorCode, type ErrorCode } from '@fabric-offline-pay/domain';

/** Refusals that no transaction answers. Codes are stable. */
export const BANK_ERRORS = {
  TOO_MANY_CODES: {
    meaning: 'Too many one-time codes were sent to this customer without being used.',
    remedy: 'Use the last code that was sent, or wait some minutes.',
  },
  TOO_MANY_REQUESTS: {
    meaning: 'This caller has made too many requests in this time.',
    remedy: 'Repeat the call after the number of seconds in retry-after.',
  },
  MESSAGE_NOT_SENT: {
    meaning: 'The message to the customer could not be sent.',
    remedy:
      'Repeat the same call: a new code replaces this one, and other messages are sent only once.',
  },
  CHANGE_NEEDS_FACTORS: {
    meaning: 'An existing telephone number or password cannot be replaced like other fields.',
    remedy: 'Ask the customer to confirm the change with both factors, or start a recovery.',
  },
  SECOND_PERSON_NEEDED: {
    meaning: 'The person who started a recovery cannot confirm it.',
    remedy: 'Ask another person of the front office to confirm it.',
  },
  REVOCATIONS_UNKNOWN: {
    meaning: 'The service does not know which certificates are revoked, so it accepts none.',
    remedy: "Ask the bank's operator to write the revocation list again.",
  },
  LEDGER_UNAVAILABLE: {
    meaning: 'The ledger did not answer.',
    remedy: 'Repeat the same call: nothing is done twice.',
  },
  REQUEST_TOO_LARGE: {
    meaning: 'The request is larger than any valid one.',
    remedy: 'Send only the documented fields.',
  },
  SERVICE_UNREACHABLE: {
    meaning: "The bank's authentication service did not answer.",
    remedy: 'Check that it runs, then repeat the same call.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

export type BankErrorCode = ErrorCode | keyof typeof BANK_ERRORS;

/** A refusal on the wire. `field` names the wrong field and never quotes its value. */
export interface BankRefusal {
  readonly code: BankErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly field?: string;
  /** Only for TOO_MANY_REQUESTS. */
  readonly retryAfterSeconds?: number;
}

const isBankCode = (code: string): code is keyof typeof BANK_ERRORS =>
  Object.hasOwn(BANK_ERRORS, code);

const textsOf = (code: BankErrorCode): { readonly meaning: string; readonly remedy: string } =>
  isBankCode(code) ? BANK_ERRORS[code] : ERRORS[code];

/** A refusal by the bank's authentication itself. Holds no personal data. */
export class BankError extends Error {
  override readonly name = 'BankError';
  readonly remedy: string;

  constructor(
    readonly code: BankErrorCode,
    readonly field?: string,
    cause?: unknown,
  ) {
    super(textsOf(code).meaning, cause === undefined ? undefined : { cause });
    this.remedy = textsOf(code).remedy;
  }

  toRefusal(): BankRefusal {
    const { code, message, remedy, field } = this;
    return { code, message, remedy, ...(field !== undefined && { field }) };
  }
}

/** @returns whether this text from the wire is a code that this version knows. */
export const isBankErrorCode = (text: unknown): text is BankErrorCode =>
  typeof text === 'string' && (isErrorCode(text) || isBankCode(text));

/** @returns the code of a refusal by the ledger, or undefined for any other error. */
export function refusalCode(error: unknown): ErrorCode | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}
