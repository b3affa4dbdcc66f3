// SPDX-License-Identifier: Apache-2.0
// Numbers that somebody wrote as text. JavaScript's own conversion would take an empty text for 0, and `0x10` for 16.

/** As JSON writes numbers (RFC 8259, 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** @returns the number, or undefined when JSON writes none like this */
export const numberOf = (text: string): number | undefined =>
  NUMBER.test(text) ? Number(text) : undefined;

const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/** What a whole number may be. */
export interface Bounds {
  readonly least: number;
  readonly most?: number;
}

/**
 * A whole number of a command line or of the environment: digits, without a leading 0.
 * @returns undefined for every other text, and outside of the bounds
 */
export function wholeNumber(
  text: string,
  { least, most = Number.MAX_SAFE_INTEGER }: Bounds,
): number | undefined {
  const number = WHOLE.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
