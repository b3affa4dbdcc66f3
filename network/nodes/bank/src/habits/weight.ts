// SPDX-License-Identifier: Apache-2.0
// Habits that fade: whole numbers, and no row is ever written again for it. An old purchase does not lose weight; each half-life makes
// new ones weigh twice as much. Weights are compared with each other only, so both are the same.

const DAY_MS = 24 * 3_600_000;

/** After this long a purchase counts half as much as a new one. */
const HALF_LIFE_MS = 60 * DAY_MS;

/** Purchases before it weigh as much as on it. */
const BEGINNING = Date.UTC(2025, 0, 1);

/** @param at milliseconds since 1970 @returns what a purchase of this time weighs, among all others */
export const weightAt = (at: number): bigint =>
  2n ** BigInt(Math.max(0, Math.floor((at - BEGINNING) / HALF_LIFE_MS)));

/** @returns the whole part of the square root, by Newton's method */
export function rootOf(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** How alike goods are that are always bought together. */
const WHOLE = 1_000_000n;

/** Purchases that goods are taken to have had besides their own: so a chance of one or two does not look like a rule. */
const DOUBT = 5n;

/**
 * How much more two goods are bought together than their own weights explain: the cosine of their purchases, in millionths. So what
 * everybody buys does not go with everything.
 * @param now milliseconds since 1970
 */
export function likeness(together: bigint, one: bigint, other: bigint, now: number): bigint {
  const doubt = DOUBT * weightAt(now);
  return (together * WHOLE) / rootOf((one + doubt) * (other + doubt));
}
