// SPDX-License-Identifier: Apache-2.0
// Refusals of the bank's authentication: the domain's codes, and some that only a service outside the ledger needs.
import {
  CodedError,
  isNodeErrorCode,
  nodeErrorTexts,
  type NodeErrorCode,
  type Refusal,
  type RefusalTexts,
} from '@fabric-offline-pay/node-common/client';

/** Refusals that no transaction answers, beside those of every node. Codes are stable. */
export const BANK_ERRORS = {
  TOO_MANY_CODES: {
    status: 429,
    meaning: 'Too many one-time codes were sent to this customer without being used.',
    remedy: 'Use the last code that was sent, or wait some minutes.',
  },
  MESSAGE_NOT_SENT: {
    status: 503,
    meaning: 'The message to the customer could not be sent.',
    remedy:
      'Repeat the same call: a new code replaces this one, and other messages are sent only once.',
  },
  TOO_MANY_MESSAGES: {
    status: 429,
    meaning:
      "Too many messages of this kind were sent to the customer's telephone, and this must not happen untold.",
    remedy: 'Wait an hour, then repeat the same call.',
  },
  PASSKEYS_OFF: {
    status: 404,
    meaning: 'This bank offers no passkeys.',
    remedy: "Use a message code, or set `passkeys` in the configuration of the bank's node.",
  },
  PASSKEY_REFUSED: {
    status: 422,
    meaning: 'What the device answered cannot become a passkey of this customer.',
    remedy:
      'Begin again, on a page of the bank, with a device that verifies its user, and answer before the challenge expires.',
  },
  TOO_MANY_PASSKEYS: {
    status: 409,
    meaning: 'The customer has as many passkeys as it may have.',
    remedy: 'Remove one that is no longer used.',
  },
  TOO_MANY_CHALLENGES: {
    status: 429,
    meaning: 'A passkey was asked to sign too often without an answer.',
    remedy: 'Wait some minutes, or use a message code.',
  },
  CHANGE_NEEDS_FACTORS: {
    status: 403,
    meaning: 'An existing telephone number or password cannot be replaced like other fields.',
    remedy: 'Ask the customer to confirm the change with both factors, or start a recovery.',
  },
  SECOND_PERSON_NEEDED: {
    status: 403,
    meaning: 'The person who started a recovery cannot confirm it.',
    remedy: 'Ask another person of the front office to confirm it.',
  },
} as const satisfies Record<string, RefusalTexts>;

export type BankErrorCode = NodeErrorCode | keyof typeof BANK_ERRORS;

/** A refusal on the wire. */
export type BankRefusal = Refusal<BankErrorCode>;

const isBankCode = (code: string): code is keyof typeof BANK_ERRORS =>
  Object.hasOwn(BANK_ERRORS, code);

const textsOf = (code: BankErrorCode): RefusalTexts =>
  isBankCode(code) ? BANK_ERRORS[code] : nodeErrorTexts(code);

/** A refusal by the bank's node itself. Holds no personal data. */
export class BankError extends CodedError<BankErrorCode> {
  override readonly name = 'BankError';

  constructor(code: BankErrorCode, field?: string, cause?: unknown) {
    super(code, textsOf(code), { field, cause });
  }
}

/** @returns whether this text from the wire is a code that this version knows. */
export const isBankErrorCode = (text: unknown): text is BankErrorCode =>
  isNodeErrorCode(text) || (typeof text === 'string' && isBankCode(text));
