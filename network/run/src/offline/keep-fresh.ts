// SPDX-License-Identifier: Apache-2.0
// Issues a bulletin anew before it ages, for as long as a process of the bank runs. Terminals that fetch it see that the bank
// still stands to it; what did not age and did not change is not written.
import { setTimeout as wait } from 'node:timers/promises';

/** What is kept fresh. */
export interface FreshBulletins {
  /** @returns in how many seconds the bulletin must be issued anew; 0: now. */
  dueIn(now: number, signal: AbortSignal): Promise<number>;
  issueAnew(signal: AbortSignal): Promise<void>;
}

/** Time, as a port. */
export interface Time {
  /** Seconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Ends early when the signal says so. */
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
    /** It is tried again within a minute. */
    failed(error: unknown): void;
  };
}

/** A policy may change, another process may issue: as often as terminals look, who fetch bulletins every 15 minutes. */
const LOOK_SECONDS = 900;
/** After an attempt, whether it failed or not: no policy and no fault makes this a busy loop. */
const AGAIN_SECONDS = 60;

/** @returns what ends it, and waits for what is under way. */
export function keepFresh({ bulletins, time, observer }: KeepFreshOptions): {
  close(): Promise<void>;
} {
  const closed = new AbortController();
  const { signal } = closed;

  /** @returns seconds until the next look. */
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
