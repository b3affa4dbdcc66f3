// SPDX-License-Identifier: Apache-2.0
// Time and chance. A port: real in production, scripted in tests.
import { setTimeout as wait } from 'node:timers/promises';
import { ownSignal } from './abortable.js';

/** Time and chance. A port. */
export interface Pace {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** @throws the signal's reason when it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

/** The machine's clock, timers and chance. */
export const realPace: Pace = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    await wait(milliseconds, undefined, signal && { signal: ownSignal(signal) });
  },
  random: () => Math.random(),
};
