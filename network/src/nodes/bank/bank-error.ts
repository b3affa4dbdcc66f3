// SPDX-License-Identifier: Apache-2.0
// Refusals of the bank's authentication: the domain's codes, and a few that only a service off the ledger has.
import { ERRORS, isErrorCode, type ErrorCode } from '@fabric-offline-pay/domain';

/** Refusals that no transaction makes. Codes are stable. */
export const BANK_ERRORS = {
  TOO_MANY_CODES: {
    meaning: 'Too many one-time codes were sent to this customer and not used.',
    remedy: 'Use the code that was sent last, or wait some minutes.',
  },
  MESSAGE_NOT_SENT: {
    meaning: 'The message with the one-time code could not be sent.',
    remedy: 'Ask for it again: a new code replaces this one.',
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
