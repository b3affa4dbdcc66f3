// SPDX-License-Identifier: Apache-2.0
// Issues a bulletin again before it is too old, as long as a process of the bank runs. It shows terminals that the bank still
// confirms the bulletin. A fresh and unchanged bulletin is not written.
import { setTimeout as wait } from 'node:timers/promises';

/** The bulletin to keep fresh. */
export interface FreshBulletins {
  /** @returns in how many seconds the bulletin must be issued again; 0 means now. */
  dueIn(now: number, signal: AbortSignal): Promise<number>;
  issueAnew(signal: AbortSignal): Promise<void>;
}

/** The clock, as an interface. */
export interface Time {
  /** Seconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Ends early when the signal aborts. */
  pause(seconds: number, signal: AbortSignal): Promise<void>;
}

export const systemTime: Time = {
  now: () => Math.floor(Date.now() / 1000),
  pause: (seconds, signal) =>
    wait(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
};

export interface KeepFreshOptions {
  readonly bulletins: FreshBulletins;
  readonly time: Time;
  readonly observer: {
    issued(): void;
    /** The next attempt follows within a minute. */
    failed(error: unknown): void;
  };
}

/** The policy may change, or another process may issue. Terminals fetch bulletins every 15 minutes, so this checks as often. */
const LOOK_SECONDS = 900;
/** The pause after every attempt, so that no policy and no fault makes a busy loop. */
const AGAIN_SECONDS = 60;

/** @returns a function that ends it and waits for the running attempt. */
export function keepFresh({ bulletins, time, observer }: KeepFreshOptions): {
  close(): Promise<void>;
} {
  const closed = new AbortController();
  const { signal } = closed;

  /** @returns seconds until the next check. */
  const look = async (): Promise<number> => {
    try {
      const due = await bulletins.dueIn(time.now(), signal);
      if (due > 0) return Math.min(due, LOOK_SECONDS);
      await bulletins.issueAnew(signal);
      observer.issued();
    } catch (error) {
      if (!signal.aborted) observer.failed(error);
    }
    return AGAIN_SECONDS;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) await time.pause(await look(), signal);
  };

  const running = run();
  return {
    close: async () => {
      closed.abort();
      await running;
    },
  };
}
