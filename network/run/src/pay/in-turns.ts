// SPDX-License-Identifier: Apache-2.0
// Groups rows of orders: rows of one customer or one order number run in the order of the file, all other rows at the same
// time.
import type { Sourced } from '../input/read-rows.js';
import type { Order } from '../input/rows/order.js';
import { bookKey } from './purchase-of.js';

/** Rough seconds of an order and of its waits. */
const SECONDS_AN_ORDER = 4;

const expectedSeconds = (rows: readonly Order[]): number =>
  rows.reduce((sum, { codeDelaySeconds }) => sum + SECONDS_AN_ORDER + codeDelaySeconds, 0);

/** Disjoint sets of numbers from 0. One member represents each set. */
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

/** @returns groups of rows in the order of the file, the longest groups first. */
export function inTurns(orders: readonly Sourced<Order>[]): Sourced<Order>[][] {
  const sets = new DisjointSets(orders.length);
  const earlier = new Map<string, number>();
  for (const [index, order] of orders.entries())
    for (const shared of [`customer/${order.customerId}`, `order/${bookKey(order)}`]) {
      sets.join(index, earlier.get(shared) ?? index);
      earlier.set(shared, index);
    }
  const groups = new Map<number, Sourced<Order>[]>();
  for (const [index, order] of orders.entries()) {
    const group = groups.get(sets.nameOf(index)) ?? [];
    group.push(order);
    groups.set(sets.nameOf(index), group);
  }
  return [...groups.values()].sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
}
