// SPDX-License-Identifier: Apache-2.0
// What a customer may like next (units 17 and 20), each with its reason. Only goods that can be bought: registered, not withdrawn, not
// defective, and carried by a courier to one of the customer's addresses. What it reads does not grow with the purchases.
import { sql, type Selectable } from 'kysely';
import type { BankDatabase } from '../database/schema.js';
import { offeredTo } from './offered.js';
import { RECENT } from './pairs.js';
import type { HabitGoodsTable } from './tables/habit-tables.js';
import { likeness } from './weight.js';

/** Why goods are recommended. */
export type Reason =
  /** They are bought with goods that the customer bought. */
  | { readonly kind: 'boughtTogether'; readonly merchantId: string; readonly gtin: string }
  /** They are the most bought of a family of categories (UNSPSC, four digits) that the customer bought from. */
  | { readonly kind: 'family'; readonly family: string }
  /** They are among the most bought of all. */
  | { readonly kind: 'popular' };

export interface Recommendation {
  readonly merchantId: string;
  readonly gtin: string;
  /** Minor units. */
  readonly price: string;
  readonly currency: string;
  readonly reason: Reason;
}

type Goods = Selectable<HabitGoodsTable>;

const DAY_MS = 24 * 3_600_000;

/** What was bought so lately is not recommended again. */
const JUST_BOUGHT_MS = 30 * DAY_MS;

/** Candidates that each of the customer's goods brings. */
const MOST_PARTNERS = 60;

/** The most goods of a family, and of all, that are looked at. */
const MOST_POPULAR = 100;

/** The same order on every server, whatever its language. */
const BY_NAME = sql`goods_id collate "C"`;

interface Item {
  readonly goods_id: string;
  readonly last_at: number;
}

async function isOptedOut(db: BankDatabase, customerId: string): Promise<boolean> {
  const choice = await db
    .selectFrom('habit_choices')
    .select('opted_out')
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  return choice?.opted_out === true;
}

const readItems = (db: BankDatabase, customerId: string): Promise<Item[]> =>
  db
    .selectFrom('habit_items')
    .select(['goods_id', 'last_at'])
    .where('customer_id', '=', customerId)
    .orderBy('last_at', 'desc')
    .orderBy(BY_NAME)
    .limit(RECENT)
    .execute();

const readJustBought = async (
  db: BankDatabase,
  customerId: string,
  now: number,
): Promise<ReadonlySet<string>> => {
  const rows = await db
    .selectFrom('habit_items')
    .select('goods_id')
    .where('customer_id', '=', customerId)
    .where('last_at', '>', now - JUST_BOUGHT_MS)
    .execute();
  return new Set(rows.map(({ goods_id }) => goods_id));
};

interface Partner {
  readonly goods_id: string;
  readonly other_id: string;
  readonly weight: string;
}

/** The goods that each of these is bought with the most. */
async function readPartners(db: BankDatabase, goods: readonly string[]): Promise<Partner[]> {
  if (goods.length === 0) return [];
  const wanted = sql.join(goods.map((id) => sql`(${id}::varchar)`));
  const { rows } = await sql<Partner>`
    select best.goods_id, best.other_id, best.weight::text as weight
    from (values ${wanted}) as wanted (id) cross join lateral (
      select goods_id, other_id, weight from habit_pairs
      where goods_id = wanted.id order by weight desc, other_id collate "C" limit ${sql.lit(MOST_PARTNERS)}
    ) as best
  `.execute(db);
  return rows;
}

async function readGoods(
  db: BankDatabase,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Goods>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('habit_goods')
    .selectAll()
    .where('goods_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.goods_id, row]));
}

interface Scored {
  readonly goods: Goods;
  readonly score: bigint;
  /** The customer's goods that go with them the most. */
  readonly because: Goods;
  readonly strongest: bigint;
}

function scoreOf(
  partner: Partner,
  known: ReadonlyMap<string, Goods>,
  now: number,
): Omit<Scored, 'strongest'> | undefined {
  const [goods, because] = [known.get(partner.other_id), known.get(partner.goods_id)];
  if (goods === undefined || because === undefined) return undefined;
  const weights = [partner.weight, because.weight, goods.weight].map((weight) => BigInt(weight));
  const [together = 0n, own = 0n, other = 0n] = weights;
  return { goods, because, score: likeness(together, own, other, now) };
}

const byScore = (a: Scored, b: Scored): number =>
  a.score === b.score ? (a.goods.goods_id < b.goods.goods_id ? -1 : 1) : a.score < b.score ? 1 : -1;

/** Adds up what each of the customer's goods says; the reason is the one that says the most. */
function scored(
  partners: readonly Partner[],
  known: ReadonlyMap<string, Goods>,
  now: number,
): Scored[] {
  const all = new Map<string, Scored>();
  for (const partner of partners) {
    const one = scoreOf(partner, known, now);
    if (one === undefined) continue;
    const before = all.get(partner.other_id) ?? { ...one, score: 0n, strongest: -1n };
    const isStronger = one.score > before.strongest;
    all.set(partner.other_id, {
      goods: one.goods,
      score: before.score + one.score,
      because: isStronger ? one.because : before.because,
      strongest: isStronger ? one.score : before.strongest,
    });
  }
  return [...all.values()].sort(byScore);
}

interface Proposed {
  readonly goods: Goods;
  readonly reason: Reason;
}

async function boughtTogether(
  db: BankDatabase,
  items: readonly Item[],
  now: number,
): Promise<Proposed[]> {
  const own = items.map(({ goods_id }) => goods_id);
  const partners = await readPartners(db, own);
  const ids = [...new Set([...own, ...partners.map(({ other_id }) => other_id)])];
  return scored(partners, await readGoods(db, ids), now).map(({ goods, because }) => ({
    goods,
    reason: { kind: 'boughtTogether', merchantId: because.merchant_id, gtin: because.gtin },
  }));
}

/** The most bought goods of the families that the customer bought from, by turns. */
async function ofFamilies(db: BankDatabase, items: readonly Item[]): Promise<Proposed[]> {
  const known = await readGoods(
    db,
    items.map(({ goods_id }) => goods_id),
  );
  const families = [...new Set([...known.values()].map(({ family }) => family))].sort();
  const lists: Proposed[][] = [];
  for (const family of families) {
    const rows = await db
      .selectFrom('habit_goods')
      .selectAll()
      .where('family', '=', family)
      .orderBy('weight', 'desc')
      .orderBy(BY_NAME)
      .limit(MOST_POPULAR)
      .execute();
    lists.push(rows.map((goods) => ({ goods, reason: { kind: 'family', family } })));
  }
  return byTurns(lists);
}

/** @returns the first of each list, then the second of each, and so on */
const byTurns = <Entry>(lists: readonly (readonly Entry[])[]): Entry[] =>
  Array.from({ length: Math.max(0, ...lists.map(({ length }) => length)) }).flatMap((_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  );

/** Of whom nothing is known gets the most bought goods, a family after the other, so that it finds its own. */
async function popular(db: BankDatabase): Promise<Proposed[]> {
  const rows = await db
    .selectFrom('habit_goods')
    .selectAll()
    .where('withdrawn', '=', false)
    .orderBy('weight', 'desc')
    .orderBy(BY_NAME)
    .limit(MOST_POPULAR)
    .execute();
  const families = new Map<string, Proposed[]>();
  for (const goods of rows) {
    const others = families.get(goods.family) ?? [];
    families.set(goods.family, [...others, { goods, reason: { kind: 'popular' } }]);
  }
  return byTurns([...families.values()]);
}

type Source = (db: BankDatabase, items: readonly Item[], now: number) => Promise<Proposed[]>;

/** From the best to the weakest: each is asked only when those before it were not enough. */
const SOURCES: readonly Source[] = [boughtTogether, ofFamilies, popular];

const toRecommendation = ({ goods, reason }: Proposed): Recommendation => ({
  merchantId: goods.merchant_id,
  gtin: goods.gtin,
  price: goods.price,
  currency: goods.currency,
  reason,
});

/**
 * @param n the most recommendations
 * @param now milliseconds since 1970
 * @returns none for a customer that opted out, or that no courier comes to
 */
export async function recommend(
  db: BankDatabase,
  customerId: string,
  n: number,
  now: number,
): Promise<Recommendation[]> {
  if (await isOptedOut(db, customerId)) return [];
  const isOffered = await offeredTo(db, customerId, now);
  if (isOffered === undefined) return [];
  const items = await readItems(db, customerId);
  const justBought = await readJustBought(db, customerId, now);
  const chosen = new Map<string, Proposed>();
  for (const propose of SOURCES) {
    if (chosen.size >= n) break;
    for (const proposed of await propose(db, items, now)) {
      const id = proposed.goods.goods_id;
      if (!chosen.has(id) && !justBought.has(id) && isOffered(proposed.goods))
        chosen.set(id, proposed);
    }
  }
  return [...chosen.values()].slice(0, n).map(toRecommendation);
}
