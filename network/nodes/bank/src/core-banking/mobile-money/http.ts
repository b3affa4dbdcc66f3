// SPDX-License-Identifier: Apache-2.0
// Asks the mobile-money host by HTTP, within a time and up to a size, and never elsewhere.
import { Readable } from 'node:stream';
import { systemCodeOf } from '@fabric-offline-pay/node-common';

/** An answer whose body is JSON, or nothing. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** No usable answer came. */
export class NoHttpAnswer extends Error {
  override readonly name = 'NoHttpAnswer';

  constructor(
    /** Nothing was sent, because nobody listens there. */
    readonly isUnsent: boolean,
    cause: unknown,
  ) {
    super('The mobile-money host did not answer.', { cause });
  }
}

export interface HttpOptions {
  /** Without a slash at its end. */
  readonly url: string;
  /** Header fields that say who asks. Secret. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const MOST_BYTES = 1024 * 1024;

const UNSENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** An established connection may report the same code after something was sent: only these come before that. */
const BEFORE_SENDING: readonly unknown[] = ['getaddrinfo', 'connect'];

const isBeforeSending = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'syscall' in error &&
  BEFORE_SENDING.includes(error.syscall);

/** `fetch` says why in the cause; a name with several addresses fails once for each. */
export function isUnsent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('cause' in error)) return false;
  const { cause } = error;
  const attempts: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return UNSENT.includes(systemCodeOf(cause) ?? '') && attempts.every(isBeforeSending);
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> = response.body ?? Readable.from([]);
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error('The answer is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws {NoHttpAnswer} also for an answer that is not JSON: it may be that of a proxy. */
export async function askHttp(options: HttpOptions, request: HttpRequest): Promise<HttpAnswer> {
  const { method, path, headers, body } = request;
  try {
    const response = await fetch(options.url + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        accept: 'application/json',
        ...options.credentials,
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = JSON.parse((await textOf(response)) || 'null');
    return { status: response.status, body: answer };
  } catch (error) {
    throw new NoHttpAnswer(isUnsent(error), error);
  }
}
