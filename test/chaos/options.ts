// SPDX-License-Identifier: Apache-2.0
// Which kills a campaign tries, of all that there are.

export const NODES = ['bank', 'merchant', 'logistics'] as const;

export type Chosen = (crossings: number) => readonly number[];

const numbered = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1);

/** From this crossing on, or all. */
export const allFrom =
  (first: number): Chosen =>
  (crossings) =>
    numbered(crossings).filter((number) => number >= first);

/** One, as a result names it. */
export const only =
  (number: number): Chosen =>
  () => [number];

/**
 * Spread over the whole history, as evenly as so few can be.
 * @param seed shifts them, so that other seeds try others
 */
export const spread =
  (count: number, seed: number): Chosen =>
  (crossings) => {
    const step = crossings / Math.min(count, crossings);
    const shift = (Math.abs(seed) * 7) % Math.max(1, Math.floor(step));
    return numbered(Math.min(count, crossings)).map(
      (index) => Math.floor((index - 1) * step) + shift + 1,
    );
  };
