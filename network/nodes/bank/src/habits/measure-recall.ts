// SPDX-License-Identifier: Apache-2.0
// How good recommendations are: each customer's last purchase is kept back, and asked for. The measure is recall@10: the part of what
// the customer then bought that was among ten recommendations. What everybody buys is recommended for comparison.
import type { BankDatabase } from '../database/schema.js';
import {
  PLANTED_GROUPS,
  PLANTED_HOME,
  PLANTED_NOW,
  plantedBlocks,
  plantedGoods,
  type PlantedPurchase,
} from '../testing/planted-purchases.js';
import { Habits } from './habits.js';
import { recommend } from './recommend.js';

const N = 10;

/** Customers that are asked for, unless told. */
const MOST_ASKED = 300;

/** Fewer purchases tell nothing of a customer. */
const LEAST_PURCHASES = 3;

export interface Recall {
  readonly customers: number;
  /** 0 to 1. */
  readonly recommended: number;
  readonly popular: number;
}

/** A customer's purchases, the last one apart. */
interface KeptBack {
  readonly customerId: string;
  readonly bought: ReadonlySet<number>;
  readonly next: readonly number[];
  readonly last: PlantedPurchase;
}

function keepBack(purchases: readonly PlantedPurchase[]): KeptBack[] {
  const all = new Map<string, PlantedPurchase[]>();
  for (const purchase of purchases)
    all.set(purchase.customerId, [...(all.get(purchase.customerId) ?? []), purchase]);
  return [...all].flatMap(([customerId, own]) => {
    const last = own.at(-1);
    if (last === undefined || own.length < LEAST_PURCHASES) return [];
    const bought = new Set(own.slice(0, -1).flatMap(({ goods }) => goods));
    const next = last.goods.filter((goods) => !bought.has(goods));
    return next.length === 0 ? [] : [{ customerId, bought, next, last }];
  });
}

/** `AccountEntries` would note them in the ledger's first block. */
async function own(db: BankDatabase, purchases: readonly PlantedPurchase[]): Promise<void> {
  for (const customer_id of new Set(purchases.map(({ customerId }) => customerId)))
    await db.insertInto('account_owners').values({ customer_id, opened_at: 1 }).execute();
}

/** Customers that are asked for live at one place, which the courier serves. */
async function house(db: BankDatabase, customers: readonly string[]): Promise<void> {
  for (const customer_id of customers) {
    const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
    await db
      .insertInto('customers')
      .values({ customer_id, ...hashed, enrolled_at: 1 })
      .execute();
    const place = { label: null, street: 'x', city: 'x', country: 'DE', ...PLANTED_HOME };
    await db
      .insertInto('addresses')
      .values({ customer_id, number: 1, ...place })
      .execute();
  }
}

const BLOCKS_AT_ONCE = 20;

async function learn(
  db: BankDatabase,
  purchases: readonly PlantedPurchase[],
  groups: number,
): Promise<void> {
  const habits = new Habits();
  const blocks = [...plantedBlocks(purchases, groups)];
  for (let from = 0; from < blocks.length; from += BLOCKS_AT_ONCE)
    await db.transaction().execute(async (transaction) => {
      for (const block of blocks.slice(from, from + BLOCKS_AT_ONCE))
        await habits.apply(transaction, block);
    });
}

const popularOf = (purchases: readonly PlantedPurchase[]): number[] => {
  const counts = new Map<number, number>();
  for (const goods of purchases.flatMap((purchase) => purchase.goods))
    counts.set(goods, (counts.get(goods) ?? 0) + 1);
  return [...counts].sort(([a, one], [b, other]) => other - one || a - b).map(([goods]) => goods);
};

const hits = (asked: readonly string[], next: readonly number[]): number =>
  next.filter((goods) => asked.includes(plantedGoods(goods))).length / next.length;

export interface RecallOptions {
  /** Groups of the planted goods. */
  readonly groups?: number;
  /** The most customers that are asked for. */
  readonly asked?: number;
}

/** @param db empty, and of the caller's own */
export async function measureRecall(
  db: BankDatabase,
  purchases: readonly PlantedPurchase[],
  { groups = PLANTED_GROUPS, asked = MOST_ASKED }: RecallOptions = {},
): Promise<Recall> {
  const kept = keepBack(purchases).slice(0, asked);
  const last = new Set(kept.map((each) => each.last));
  const known = purchases.filter((purchase) => !last.has(purchase));
  await house(
    db,
    kept.map(({ customerId }) => customerId),
  );
  await own(db, purchases);
  await learn(db, known, groups);
  const popular = popularOf(known);
  let [recommended, mostBought] = [0, 0];
  for (const { customerId, bought, next } of kept) {
    const own = await recommend(db, customerId, N, PLANTED_NOW);
    const all = popular.filter((goods) => !bought.has(goods)).slice(0, N);
    recommended += hits(
      own.map(({ merchantId, gtin }) => `${merchantId}/${gtin}`),
      next,
    );
    mostBought += hits(all.map(plantedGoods), next);
  }
  const customers = kept.length;
  return { customers, recommended: recommended / customers, popular: mostBought / customers };
}
