// SPDX-License-Identifier: Apache-2.0
// What counts less with time: sums in thousandths, halved with every half-life that ends. Half-lives are counted from 1970,
// so that all rows halve at the same instants and no row need be written for it.

/** One, in thousandths. */
export const WHOLE = 1000;

/** @returns how many half-lives end between two instants. */
const halvings = (from: number, to: number, halfLifeSeconds: number): number =>
  Math.max(0, Math.floor(to / halfLifeSeconds) - Math.floor(from / halfLifeSeconds));

/**
 * Rounds down, so that a sum never falls below the sum of its parts: what a part added can be taken away again.
 * @returns what thousandths of one instant are worth at a later one
 */
export function decaying(
  from: number,
  to: number,
  halfLifeSeconds: number,
): (thousandths: number) => number {
  const divisor = 2 ** halvings(from, to, halfLifeSeconds);
  return (thousandths) => Math.floor(thousandths / divisor);
}
