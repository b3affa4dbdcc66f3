// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt: exponential, with full jitter, so that those who collided do not collide again.

export interface Backoff {
  readonly firstMs: number;
  readonly maximumMs: number;
}

/** Conflicts pass with the next block; but of many who want one row, only one a block gets it. */
export const CONFLICT_BACKOFF: Backoff = { firstMs: 100, maximumMs: 2_000 };

/** A peer that is behind has the block in a moment. */
export const DIVISION_BACKOFF: Backoff = { firstMs: 50, maximumMs: 1_000 };

/** Peers and orderers need seconds to come back. */
export const OUTAGE_BACKOFF: Backoff = { firstMs: 200, maximumMs: 2_000 };

/**
 * @param attempt how many attempts failed before, from 1
 * @param chance from 0 to 1
 * @returns milliseconds, never less than a tenth of the full step, so that no loop spins
 */
export function backoffMs(attempt: number, chance: number, backoff: Backoff): number {
  const step = Math.min(backoff.maximumMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 30));
  return step * (0.1 + 0.9 * chance);
}
