// SPDX-License-Identifier: Apache-2.0
// Waits for a condition, never for a time.
import { setTimeout as pause } from 'node:timers/promises';

/** Of the time that really passes: a test may have stopped `Date`. */
const DEADLINE_MS = 30_000;
const BETWEEN_MS = 100;

/**
 * Asks again until there is an answer.
 * @param ask answers undefined as long as the condition does not hold
 * @throws {Error} naming what was waited for, when the deadline passed.
 */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(BETWEEN_MS);
  }
  throw new Error(`waited ${DEADLINE_MS} ms in vain for ${what}`);
}
