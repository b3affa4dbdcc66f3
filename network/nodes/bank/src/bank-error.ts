// SPDX-License-Identifier: Apache-2.0
// Refusals of the bank's authentication: the domain's codes, and a few that only a service off the ledger has.
import { ERRORS, isErrorCode, type ErrorCode } from '@fabric-offline-pay/domain';

/** Refusals that no transaction makes. Codes are stable. */
export const BANK_ERRORS = {
  TOO_MANY_CODES: {
    meaning: 'Too many one-time codes were sent to this customer and not used.',
    remedy: 'Use the code that was sent last, or wait some minutes.',
  },
  TOO_MANY_REQUESTS: {
    meaning: 'This caller has asked more than it may in this time.',
    remedy: 'Come again after the seconds that retry-after tells.',
  },
  MESSAGE_NOT_SENT: {
    meaning: 'The message to the customer could not be sent.',
    remedy: 'Repeat the same call: a new code replaces this one, and other messages are sent once.',
  },
  CHANGE_NEEDS_FACTORS: {
    meaning: 'A telephone number or password that stands is not replaced like other fields.',
    remedy: 'Have the customer confirm the change by both factors, or start a recovery.',
  },
  SECOND_PERSON_NEEDED: {
    meaning: 'Whoever started a recovery cannot confirm it.',
    remedy: 'Have it confirmed by another person of the front office.',
  },
  REVOCATIONS_UNKNOWN: {
    meaning: 'The service cannot tell which certificates were revoked, and so takes none.',
    remedy: "Have the bank's operator write the revocation list anew.",
  },
  LEDGER_UNAVAILABLE: {
    meaning: 'The ledger did not answer.',
    remedy: 'Repeat the same call: what was done already is not done twice.',
  },
  REQUEST_TOO_LARGE: {
    meaning: 'The request is larger than any valid one.',
    remedy: 'Send the documented fields only.',
  },
  SERVICE_UNREACHABLE: {
    meaning: "The bank's authentication service did not answer.",
    remedy: 'Check that it runs, then repeat the same call.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

export type BankErrorCode = ErrorCode | keyof typeof BANK_ERRORS;

/** A refusal as it travels. `field` names what is wrong and never quotes its value. */
export interface BankRefusal {
  readonly code: BankErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly field?: string;
  /** Of TOO_MANY_REQUESTS. */
  readonly retryAfterSeconds?: number;
}

const isBankCode = (code: string): code is keyof typeof BANK_ERRORS =>
  Object.hasOwn(BANK_ERRORS, code);

const describe = (code: BankErrorCode): { readonly meaning: string; readonly remedy: string } =>
  isBankCode(code) ? BANK_ERRORS[code] : ERRORS[code];

/** Thrown for every refusal that the bank's authentication makes itself. Holds no personal data. */
export class BankError extends Error {
  override readonly name = 'BankError';
  readonly remedy: string;

  constructor(
    readonly code: BankErrorCode,
    readonly field?: string,
    cause?: unknown,
  ) {
    super(describe(code).meaning, cause === undefined ? undefined : { cause });
    this.remedy = describe(code).remedy;
  }

  toRefusal(): BankRefusal {
    const { code, message, remedy, field } = this;
    return { code, message, remedy, ...(field !== undefined && { field }) };
  }
}

/** @returns whether text read from the wire is a code that this version knows. */
export const isBankErrorCode = (text: unknown): text is BankErrorCode =>
  typeof text === 'string' && (isErrorCode(text) || isBankCode(text));

/** @returns the code of a refusal by the ledger, or undefined for an error of any other kind. */
export function refusalCode(error: unknown): ErrorCode | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}
