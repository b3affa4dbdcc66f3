// SPDX-License-Identifier: Apache-2.0
// Sums that count less with time. They are in thousandths, and halve at the end of every half-life. Half-lives are counted
// from 1970, so that all rows halve at the same instants and no row has to be written for it.

/** One, in thousandths. */
export const WHOLE = 1000;

/** @returns how many half-lives end between two instants. */
const halvings = (from: number, to: number, halfLifeSeconds: number): number =>
  Math.max(0, Math.floor(to / halfLifeSeconds) - Math.floor(from / halfLifeSeconds));

/**
 * Rounds down. A sum is then never below the sum of its parts, so a part can always be subtracted again.
 * @returns the value, at a later instant, of thousandths from an earlier one
 */
export function decaying(
  from: number,
  to: number,
  halfLifeSeconds: number,
): (thousandths: number) => number {
  const divisor = 2 ** halvings(from, to, halfLifeSeconds);
  return (thousandths) => Math.floor(thousandths / divisor);
}
