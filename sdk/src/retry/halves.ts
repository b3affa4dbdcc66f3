// SPDX-License-Identifier: Apache-2.0
// Splits a batch, to find the item that makes it fail.

/** @returns both halves in order. The first is larger when the length is odd. */
export const halves = <T>(all: readonly T[]): readonly [readonly T[], readonly T[]] => {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
};
