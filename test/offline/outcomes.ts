// SPDX-License-Identifier: Apache-2.0
// What a run expects of each cheat, and what it got.
export interface Tried {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
}

/** Collects what was tried. */
export class Outcomes {
  readonly tried: Tried[] = [];

  note(name: string, expected: string, got: string): void {
    this.tried.push({ name, expected, got });
  }

  get failed(): readonly Tried[] {
    return this.tried.filter(({ expected, got }) => expected !== got);
  }
}

export function countBy(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
