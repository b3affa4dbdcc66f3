// SPDX-License-Identifier: Apache-2.0
// Answers that go on: server-sent events (HTML standard, 9.2), with signs of life, until the caller leaves, loses its right, or the node ends.
import { finished, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventsAnswer, ServerEvent } from './operation.js';
import { CapReached } from './node-error.js';

export interface EventStreamOptions {
  /** Between two signs of life, at which the caller's right is looked at again. */
  readonly heartbeatMs: number;
  /** Told of a source that failed; the caller's connection ends, and it comes again. */
  readonly failed: (error: unknown) => void;
}

/** One caller that listens. */
export interface Listener {
  readonly name: string;
  /** @throws when it may not listen any more, for instance because its certificate was revoked */
  readonly ensureAdmitted: () => void;
}

/** More than pages and tools of one caller need; a caller that does not close what it opens is stopped by it. */
const MOST_OF_ONE = 5;
const MOST = 100;
const COME_AGAIN_SECONDS = 30;
/** How long a caller waits before it connects again. */
const RETRY_MS = 2_000;

/** What a caller may say that it had last; anything else is as if it said nothing. */
const EVENT_ID = /^[\x21-\x7e]{1,100}$/;

const textOf = ({ id, event, data }: ServerEvent): string =>
  [
    ...(event === undefined ? [] : [`event: ${event}\n`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}\n`]),
    `id: ${id}\n\n`,
  ].join('');

const BEAT = Symbol('heartbeat');

async function nextOrBeat<T>(next: Promise<T>, milliseconds: number): Promise<T | typeof BEAT> {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<typeof BEAT>((resolve) => {
    timer = setTimeout(() => resolve(BEAT), milliseconds);
  });
  try {
    return await Promise.race([next, beat]);
  } finally {
    clearTimeout(timer);
  }
}

/** The streams of a node. */
export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Map<AbortController, string>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Ends all, so that the server can close. */
  close(): void {
    for (const stream of this.#open.keys()) stream.abort();
  }

  /** @throws {CapReached} when the caller, or all together, listen often enough */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: EventsAnswer,
    listener: Listener,
  ): FastifyReply {
    const own = [...this.#open.values()].filter((name) => name === listener.name).length;
    if (own >= MOST_OF_ONE || this.#open.size >= MOST) throw new CapReached(COME_AGAIN_SECONDS);
    const stream = new AbortController();
    this.#open.set(stream, listener.name);
    // Also of a caller that left before this, or before the first text is asked for: then no text's end would be noticed.
    finished(reply.raw, () => {
      stream.abort();
      this.#open.delete(stream);
    });
    const last = request.headers['last-event-id'];
    const lastEventId = typeof last === 'string' && EVENT_ID.test(last) ? last : undefined;
    const events = answer({ lastEventId, signal: stream.signal });
    return (
      reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        // Kept for another request, the connection would let a server that ends wait for it.
        .header('connection', 'close')
        .send(Readable.from(this.#textsOf(events, stream, listener)))
    );
  }

  async *#textsOf(
    events: AsyncIterable<ServerEvent>,
    stream: AbortController,
    { ensureAdmitted }: Listener,
  ): AsyncGenerator<string> {
    const iterator = events[Symbol.asyncIterator]();
    try {
      yield `retry: ${RETRY_MS}\n\n`;
      let next = iterator.next();
      while (!stream.signal.aborted) {
        const result = await nextOrBeat(next, this.#options.heartbeatMs);
        ensureAdmitted();
        if (result === BEAT) {
          yield ': \n\n';
          continue;
        }
        if (result.done === true) return;
        yield textOf(result.value);
        next = iterator.next();
      }
    } catch (error) {
      if (!stream.signal.aborted) this.#options.failed(error);
    } finally {
      stream.abort();
      await iterator.return?.();
    }
  }
}
