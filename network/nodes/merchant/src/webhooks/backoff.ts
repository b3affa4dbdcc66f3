// SPDX-License-Identifier: Apache-2.0
// When a webhook that was not accepted is tried again.
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second …; the last one repeats. */
const WAITS: readonly number[] = [
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
];

/** Part of the wait that chance decides, so that what failed together does not come back together. */
const JITTER = 0.4;

/** @returns milliseconds until the next attempt, after this many */
export type Backoff = (attempts: number) => number;

export const defaultBackoff =
  (random: () => number = Math.random): Backoff =>
  (attempts) => {
    const wait = WAITS[Math.min(attempts, WAITS.length) - 1] ?? HOUR;
    return Math.round(wait * (1 - JITTER / 2 + JITTER * random()));
  };

/** @returns milliseconds that lie at least between the first of so many attempts and the last, whatever the clock said */
export function waitedFor(backoff: Backoff, attempts: number): number {
  let waited = 0;
  for (let made = 1; made < attempts; made += 1) waited += backoff(made);
  return waited;
}
