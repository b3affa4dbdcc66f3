// SPDX-License-Identifier: Apache-2.0
// Waits for a condition, never for a time: asks again until it holds or the deadline has passed.
import { setTimeout as pause } from 'node:timers/promises';
import { NetworkError } from '../network-error.js';
import { elapsed } from './elapsed.js';

/** How long and how often to ask; milliseconds. */
export interface WaitOptions {
  readonly deadlineMs: number;
  readonly intervalMs?: number;
}

const DEFAULT_INTERVAL_MS = 100;

/**
 * Calls `probe` until it returns something other than `undefined`.
 * A probe that throws counts as "not yet", unless the error says that waiting is useless (`NODE_FAILED`).
 * @throws NetworkError `DEADLINE_PASSED`, with the last error of the probe as its cause.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const deadline = elapsed() + options.deadlineMs;
  for (;;) {
    const outcome = await attempt(probe);
    if (outcome.value !== undefined) {
      return outcome.value;
    }
    if (elapsed() >= deadline) {
      throw new NetworkError('DEADLINE_PASSED', `Gave up waiting for ${what}`, {
        details: { deadlineMs: options.deadlineMs },
        cause: outcome.error,
      });
    }
    await pause(options.intervalMs ?? DEFAULT_INTERVAL_MS);
  }
}

async function attempt<T>(
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<{ value?: T | undefined; error?: unknown }> {
  try {
    return { value: await probe() };
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'NODE_FAILED') {
      throw error;
    }
    return { error };
  }
}
