// SPDX-License-Identifier: Apache-2.0
// Random numbers that come again with their seed: OFFPAY_SEED=<seed> runs the same again.

export const SEED = Number(process.env['OFFPAY_SEED'] ?? Date.now() % 2 ** 31);

/** Mulberry32. @returns whole numbers from 0 to below the given one. */
export function seeded(seed = SEED): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
