// SPDX-License-Identifier: Apache-2.0
// A stream that opens itself again where it broke off.
import { status } from '@grpc/grpc-js';
import { GatewayError, type CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { backoffMs, OUTAGE_BACKOFF } from '../retry/backoff.js';
import { ownSignal } from '../retry/abortable.js';
import type { Pace } from '../retry/pace.js';

export interface StreamContext {
  readonly pace: Pace;
  /** Ends the stream without an error. */
  readonly signal: AbortSignal;
}

const LASTING: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
]);

/** A peer that is still opening its channels answers 404; a peer that is stopping answers 503. */
const RESTARTING: ReadonlySet<string> = new Set(['404', '503']);

/** After this many such answers in a row, the stream fails. */
const RESTARTING_AT_MOST = 30;

/** The gateway library puts a peer's block-delivery status only into the text of a plain error. */
const deliveryStatus = (error: unknown): string | undefined =>
  error instanceof Error
    ? /^Unexpected status response: (\d+)$/.exec(error.message)?.[1]
    : undefined;

function mayPass(error: unknown, failures: number): boolean {
  if (error instanceof GatewayError) return !LASTING.has(error.code);
  return RESTARTING.has(deliveryStatus(error) ?? '') && failures < RESTARTING_AT_MOST;
}

async function* itemsOf<T>(
  stream: CloseableAsyncIterable<T>,
  shared: AbortSignal,
): AsyncGenerator<T> {
  const signal = ownSignal(shared);
  const close = (): void => {
    stream.close();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    if (!signal.aborted) yield* stream;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** @returns whether to continue: false when the signal ended the pause. */
async function pause(failures: number, { pace, signal }: StreamContext): Promise<boolean> {
  try {
    await pace.sleep(backoffMs(failures, pace.random(), OUTAGE_BACKOFF), signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param open opens the stream at the reader's current position
 * @throws the error of `open` or the stream, when another attempt cannot help
 */
export async function* reconnectingStream<T>(
  open: () => Promise<CloseableAsyncIterable<T>>,
  context: StreamContext,
): AsyncGenerator<T> {
  const isOver = (): boolean => context.signal.aborted;
  for (let failures = 0; !isOver();) {
    try {
      for await (const item of itemsOf(await open(), context.signal)) {
        failures = 0;
        yield item;
      }
    } catch (error) {
      if (isOver()) return;
      if (!mayPass(error, failures)) throw error;
    }
    failures++;
    if (!(await pause(failures, context))) return;
  }
}
