// SPDX-License-Identifier: Apache-2.0

/** @returns both halves in order, the first the larger where they differ: what is to blame is found by trying each. */
export const halves = <T>(all: readonly T[]): readonly [readonly T[], readonly T[]] => {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
};
