// SPDX-License-Identifier: Apache-2.0
// Which things wait for each other: those that share something, directly or by others.

/** Disjoint sets of numbers from 0, each named by one of its members. */
class DisjointSets {
  readonly #parents: number[];

  constructor(size: number) {
    this.#parents = Array.from({ length: size }, (_, index) => index);
  }

  nameOf(member: number): number {
    let name = member;
    for (let above = this.#above(name); above !== name; above = this.#above(name)) {
      this.#parents[name] = this.#above(above);
      name = above;
    }
    return name;
  }

  join(one: number, other: number): void {
    this.#parents[this.nameOf(one)] = this.nameOf(other);
  }

  #above(member: number): number {
    return this.#parents[member] ?? member;
  }
}

/**
 * @param keysOf what a thing shares with others
 * @returns disjoint groups, each in the order given, in the order of their first members
 */
export function groupsThatShare<T>(
  items: readonly T[],
  keysOf: (item: T) => readonly string[],
): T[][] {
  const sets = new DisjointSets(items.length);
  const earlier = new Map<string, number>();
  for (const [index, item] of items.entries())
    for (const shared of keysOf(item)) {
      sets.join(index, earlier.get(shared) ?? index);
      earlier.set(shared, index);
    }
  const groups = new Map<number, T[]>();
  for (const [index, item] of items.entries()) {
    const group = groups.get(sets.nameOf(index)) ?? [];
    group.push(item);
    groups.set(sets.nameOf(index), group);
  }
  return [...groups.values()];
}
