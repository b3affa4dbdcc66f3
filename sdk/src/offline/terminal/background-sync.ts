// SPDX-License-Identifier: Apache-2.0
// Synchronises by itself: after a payment was accepted, at intervals for the bulletins, and, while there is no network, again and
// again until there is one.
import { backoffMs, type Backoff } from '../../retry/backoff.js';
import type { TerminalEvents } from './events.js';

/** A till that is back in reach should settle within a minute, and a thousand tills should not come at the same time. */
const OFFLINE_BACKOFF: Backoff = { firstMs: 1_000, maximumMs: 60_000 };

/** How often a terminal synchronises by itself, and until when. */
export interface BackgroundOptions {
  /** Milliseconds between synchronisations while nothing is accepted, to fetch bulletins. Default: 900,000 (15 minutes). */
  readonly intervalMs?: number;
  /** Ends it, like `close`. */
  readonly signal?: AbortSignal;
}

/** A synchronisation that runs in the background. */
export interface BackgroundSync {
  /** Synchronises now, or as soon as the current run has ended. */
  wake(): void;
  /** Ends it, and waits for the current run. Leaves no timer behind. */
  close(): Promise<void>;
}

/** Resolves after the time, or when the signal aborts. Leaves no timer behind. */
const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });

/** A pause that can be cut short. */
class Pause {
  #woken = new AbortController();

  wake(): void {
    this.#woken.abort();
  }

  /** A wake-up from before the pause counts too, so that nothing waits for a full interval. */
  async take(milliseconds: number, ended: AbortSignal): Promise<void> {
    await sleep(milliseconds, AbortSignal.any([this.#woken.signal, ended]));
    this.#woken = new AbortController();
  }
}

const toError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

/** @param synchronise does one run, and announces its own success */
export function runInBackground(
  synchronise: (signal: AbortSignal) => Promise<unknown>,
  events: Pick<TerminalEvents, 'emit'>,
  { intervalMs = 900_000, signal }: BackgroundOptions,
): BackgroundSync {
  const closed = new AbortController();
  const ended = signal ? AbortSignal.any([closed.signal, signal]) : closed.signal;
  const pause = new Pause();

  /** @returns how long to wait until the next run. */
  const attempt = async (failures: number): Promise<number> => {
    try {
      await synchronise(ended);
      return intervalMs;
    } catch (error) {
      const retryMs = backoffMs(failures + 1, Math.random(), OFFLINE_BACKOFF);
      if (!ended.aborted) events.emit({ kind: 'syncFailed', error: toError(error), retryMs });
      return retryMs;
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !ended.aborted;) {
      const next = await attempt(failures);
      failures = next === intervalMs ? 0 : failures + 1;
      await pause.take(next, ended);
    }
  };

  const running = run();
  return {
    wake: () => pause.wake(),
    close: async () => {
      closed.abort();
      await running;
    },
  };
}
