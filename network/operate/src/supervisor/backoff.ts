// SPDX-License-Identifier: Apache-2.0
// How long the supervisor waits before it starts a dead process again.

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/** A process that ran this long is healthy, and its earlier failures are forgotten. Milliseconds. */
export const HEALTHY_AFTER_MS = 30_000;

/**
 * Milliseconds to wait before the next start. They double with every failure in a row, up to 15 s.
 * @param failures failures in a row, including this one; from 1 on.
 */
export function restartDelay(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
}

/**
 * The number of failures in a row after another exit.
 * @param before failures in a row so far.
 * @param livedMs how long the process ran this time.
 */
export function countFailures(before: number, livedMs: number): number {
  return livedMs >= HEALTHY_AFTER_MS ? 1 : before + 1;
}
