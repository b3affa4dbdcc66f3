// SPDX-License-Identifier: Apache-2.0
// Refusals of a node: a stable code, what it means, what to do, and the HTTP status that it is answered with. They never quote a value.
import { ERRORS, isErrorCode, type ErrorCode } from '@fabric-offline-pay/domain';

/** The texts of a code. */
export interface RefusalTexts {
  /** HTTP status; 409 unless told. */
  readonly status?: number;
  readonly meaning: string;
  readonly remedy: string;
}

/** Refusals of every node, beside the domain's. Codes are stable. */
export const NODE_ERRORS = {
  TOO_MANY_REQUESTS: {
    status: 429,
    meaning: 'This caller has made too many requests in this time.',
    remedy: 'Repeat the call after the number of seconds in retry-after.',
  },
  REVOCATIONS_UNKNOWN: {
    status: 503,
    meaning: 'The node does not know which certificates are revoked, so it accepts none.',
    remedy: "Ask the organisation's operator to write the revocation list again.",
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    meaning: 'The ledger did not answer.',
    remedy: 'Repeat the same call: nothing is done twice.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    meaning: 'The path exists, and nothing of it is called with this method.',
    remedy: "Use a method of the answer's Allow header.",
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    meaning: 'The request is larger than any valid one.',
    remedy: 'Send only the documented fields.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    meaning: 'This call changes something and needs an Idempotency-Key header.',
    remedy:
      'Send a key of 1 to 64 letters, digits, dots, hyphens or underscores, and keep it for repetitions.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    meaning: 'This Idempotency-Key was used for another call.',
    remedy: 'Use a new key for a new call.',
  },
  CALL_IN_PROGRESS: {
    status: 409,
    meaning: 'A call with this Idempotency-Key is in progress.',
    remedy: 'Wait, then repeat the same call with the same key.',
  },
  NOT_READY: {
    status: 503,
    meaning: 'Something that the node needs does not answer.',
    remedy: 'Look at the links of the answer, then at what they name.',
  },
  SERVICE_UNREACHABLE: {
    status: 503,
    meaning: 'The node did not answer.',
    remedy: 'Check that it runs, then repeat the same call.',
  },
} as const satisfies Record<string, RefusalTexts>;

/** Statuses of the domain's codes. Every other refusal is a conflict. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  INPUT_INVALID: 400,
  AUTHENTICATION_FAILED: 401,
  AUTHENTICATION_EXPIRED: 401,
  LOGIN_EXPIRED: 401,
  LOGIN_NOT_AUTHENTICATED: 401,
  ACCESS_DENIED: 403,
  NOT_FOUND: 404,
  CUSTOMER_UNKNOWN: 404,
  ADDRESS_UNKNOWN: 404,
  INTERNAL: 500,
};

const CONFLICT = 409;

export type NodeErrorCode = ErrorCode | keyof typeof NODE_ERRORS;

/** A refusal on the wire. `field` names the wrong field and never quotes its value. */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
  readonly field?: string;
  /** Only for TOO_MANY_REQUESTS. */
  readonly retryAfterSeconds?: number;
}

const isNodeCode = (code: string): code is keyof typeof NODE_ERRORS =>
  Object.hasOwn(NODE_ERRORS, code);

/** @returns whether every node knows this code. */
export const isNodeErrorCode = (code: unknown): code is NodeErrorCode =>
  typeof code === 'string' && (isErrorCode(code) || isNodeCode(code));

/** @returns the texts of a code that every node knows. */
export const nodeErrorTexts = (code: NodeErrorCode): RefusalTexts =>
  isNodeCode(code) ? NODE_ERRORS[code] : { status: STATUS[code] ?? CONFLICT, ...ERRORS[code] };

/** What a refusal carries besides its code and texts. */
export interface RefusalFacts {
  readonly field?: string | undefined;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal. A node with codes of its own extends it, with their texts. Holds no personal data. */
export class CodedError<Code extends string = string> extends Error {
  override readonly name: string = 'CodedError';
  readonly remedy: string;
  readonly status: number;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: Code,
    { meaning, remedy, status = CONFLICT }: RefusalTexts,
    { field, retryAfterSeconds, cause }: RefusalFacts = {},
  ) {
    super(meaning, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
    this.status = status;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toRefusal(): Refusal<Code> {
    const { code, message, remedy, field, retryAfterSeconds } = this;
    return {
      ...{ code, message, remedy },
      ...(field !== undefined && { field }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
}

/** A refusal with a code that every node knows. */
export class NodeError extends CodedError<NodeErrorCode> {
  override readonly name = 'NodeError';

  constructor(code: NodeErrorCode, field?: string, cause?: unknown) {
    super(code, nodeErrorTexts(code), { field, cause });
  }
}

/** The caller may call again after this many seconds. */
export class CapReached extends CodedError<'TOO_MANY_REQUESTS'> {
  constructor(retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', NODE_ERRORS.TOO_MANY_REQUESTS, { retryAfterSeconds });
  }
}

/** @returns the code of a refusal by the ledger, or undefined for any other error. */
export function refusalCode(error: unknown): ErrorCode | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrorCode(code) ? code : undefined;
}

/** Fastify's own errors carry their status. */
const frameworkStatus = (error: unknown): unknown =>
  error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;

/** Which part of a request the framework could not read: its URL or its body. */
const partOf = (error: unknown): 'path' | 'body' =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_BAD_URL' ? 'path' : 'body';

function frameworkError(error: unknown): NodeError {
  const status = frameworkStatus(error);
  if (status === 413) return new NodeError('REQUEST_TOO_LARGE');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new NodeError('INPUT_INVALID', partOf(error), error);
  return new NodeError('INTERNAL', undefined, error);
}

/** @returns whether an error is a refusal with a code. */
export const isCodedError = (error: unknown): error is CodedError => error instanceof CodedError;

/** @returns the refusal for any error. */
export function toCodedError(error: unknown): CodedError {
  if (isCodedError(error)) return error;
  const code = refusalCode(error);
  return code === undefined ? frameworkError(error) : new NodeError(code, undefined, error);
}

/** @returns where an error was thrown, without its message, which may quote a value. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^ {4}at .+:\d+:\d+\)?$/.test(line));
}

/** @returns what a log may say of an error: no message, which may quote a value. */
export const factsOf = (error: unknown) => ({
  name: error instanceof Error ? error.name : 'unknown',
  frames: framesOf(error),
});
