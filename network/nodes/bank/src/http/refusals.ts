// SPDX-License-Identifier: Apache-2.0
// Errors as HTTP answers: {code, message, remedy, field?}. All texts come from the tables, so that no error contains a value.
import { BankError, refusalCode, type BankErrorCode, type BankRefusal } from '../bank-error.js';

/** HTTP status of a code. Every other refusal is a conflict (409). */
const STATUS: Partial<Record<BankErrorCode, number>> = {
  INPUT_INVALID: 400,
  AUTHENTICATION_FAILED: 401,
  AUTHENTICATION_EXPIRED: 401,
  LOGIN_EXPIRED: 401,
  LOGIN_NOT_AUTHENTICATED: 401,
  ACCESS_DENIED: 403,
  SECOND_PERSON_NEEDED: 403,
  CHANGE_NEEDS_FACTORS: 403,
  NOT_FOUND: 404,
  CUSTOMER_UNKNOWN: 404,
  ADDRESS_UNKNOWN: 404,
  REQUEST_TOO_LARGE: 413,
  TOO_MANY_CODES: 429,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  LEDGER_UNAVAILABLE: 503,
  REVOCATIONS_UNKNOWN: 503,
  MESSAGE_NOT_SENT: 503,
};

const CONFLICT = 409;

/** Fastify's own errors carry their status. */
const statusOf = (error: unknown): unknown =>
  error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;

function frameworkError(error: unknown): BankError {
  const status = statusOf(error);
  if (status === 413) return new BankError('REQUEST_TOO_LARGE');
  if (status === 400 || status === 415) return new BankError('INPUT_INVALID', 'body', error);
  return new BankError('INTERNAL', undefined, error);
}

/** @returns the refusal for any error. */
export function toBankError(error: unknown): BankError {
  if (error instanceof BankError) return error;
  const code = refusalCode(error);
  return code === undefined ? frameworkError(error) : new BankError(code, undefined, error);
}

/** @returns status and body of the answer. */
export const toAnswer = (
  error: BankError,
): { readonly status: number; readonly body: BankRefusal } => ({
  status: STATUS[error.code] ?? CONFLICT,
  body: error.toRefusal(),
});

/** @returns what a log may say of an error: no message, which may quote a value. */
export const factsOf = (error: unknown) => ({
  name: error instanceof Error ? error.name : 'unknown',
  frames: framesOf(error),
});

/** @returns where an error was thrown, without its message, which may quote a value. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^ {4}at .+:\d+:\d+\)?$/.test(line));
}
