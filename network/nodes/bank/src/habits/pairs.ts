// SPDX-License-Identifier: Apache-2.0
// What one purchase adds to the weights. Pure, and a function of the customer's earlier purchases alone: so whoever opts out can be
// taken out again to the last unit.
import { weightAt } from './weight.js';

/** A purchase that counts. */
export interface HabitPurchase {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `merchant/gtin`, each once. */
  readonly goods: readonly string[];
}

/** Goods and when the customer bought them last. */
export type Bought = ReadonlyMap<string, number>;

/** The most goods of a purchase that make pairs: the pairs grow with the square. */
const MOST_GOODS = 20;

/** A purchase goes with these of the customer's goods before it: those that it bought last. */
export const RECENT = 10;

/** Bought in one order counts twice of bought one after the other. */
const TOGETHER = 2n;

/** Weight by pair: from goods, to goods. */
export type PairWeights = Map<string, Map<string, bigint>>;

export const goodsOf = (purchase: HabitPurchase): readonly string[] =>
  purchase.goods.slice(0, MOST_GOODS);

function add(weights: PairWeights, from: string, to: string, weight: bigint): void {
  const others = weights.get(from) ?? new Map<string, bigint>();
  others.set(to, (others.get(to) ?? 0n) + weight);
  weights.set(from, others);
}

function addBoth(weights: PairWeights, one: string, other: string, weight: bigint): void {
  if (one === other) return;
  add(weights, one, other, weight);
  add(weights, other, one, weight);
}

/** Adds what a purchase says of pairs. @param recent goods that the customer bought before, at most {@link RECENT} */
export function addPairs(
  weights: PairWeights,
  purchase: HabitPurchase,
  recent: readonly string[],
): void {
  const goods = goodsOf(purchase);
  const weight = weightAt(purchase.at);
  for (const [index, one] of goods.entries()) {
    for (const other of goods.slice(index + 1)) addBoth(weights, one, other, weight * TOGETHER);
    for (const other of recent) if (!goods.includes(other)) addBoth(weights, one, other, weight);
  }
}

/** @returns the goods bought last, the newest first; those of one instant by name */
export const recentOf = (bought: Bought): string[] =>
  [...bought]
    .sort(([a, at], [b, other]) => other - at || (a < b ? -1 : 1))
    .slice(0, RECENT)
    .map(([goods]) => goods);

/** All that the purchases of one customer added. @param purchases in the order of the ledger */
export function weightsOf(purchases: readonly HabitPurchase[]): {
  readonly pairs: PairWeights;
  readonly goods: ReadonlyMap<string, bigint>;
} {
  const pairs: PairWeights = new Map();
  const goods = new Map<string, bigint>();
  const bought = new Map<string, number>();
  for (const purchase of purchases) {
    addPairs(pairs, purchase, recentOf(bought));
    for (const each of goodsOf(purchase)) {
      goods.set(each, (goods.get(each) ?? 0n) + weightAt(purchase.at));
      bought.set(each, purchase.at);
    }
  }
  return { pairs, goods };
}
