// SPDX-License-Identifier: Apache-2.0
// Coordinates without floating point.

/**
 * Reads decimal degrees as integer micro-degrees, digit by digit.
 * @param text degrees with at most 6 decimals, as the coordinate cells' patterns ensure
 * @example toMicrodegrees('-52.5') // -52500000
 */
export function toMicrodegrees(text: string): number {
  const [degrees = '', decimals = ''] = text.split('.');
  return Number(`${degrees}${decimals.padEnd(6, '0')}`) + 0;
}
