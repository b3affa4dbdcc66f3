// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt: exponential, with full jitter, so that colliding calls do not collide again.

export interface Backoff {
  readonly firstMs: number;
  readonly maximumMs: number;
}

/** Conflicts pass with the next block. But of many calls that change one row, only one succeeds in each block. */
export const CONFLICT_BACKOFF: Backoff = { firstMs: 100, maximumMs: 2_000 };

/** A peer that is behind receives the block within moments. */
export const DIVISION_BACKOFF: Backoff = { firstMs: 50, maximumMs: 1_000 };

/** Peers and orderers need seconds to come back. */
export const OUTAGE_BACKOFF: Backoff = { firstMs: 200, maximumMs: 2_000 };

/**
 * @param attempt number of failed attempts so far, from 1
 * @param chance from 0 to 1
 * @returns milliseconds, at least a tenth of the full step, so that no loop spins
 */
export function backoffMs(attempt: number, chance: number, backoff: Backoff): number {
  const step = Math.min(backoff.maximumMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 30));
  return step * (0.1 + 0.9 * chance);
}
