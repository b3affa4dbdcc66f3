// SPDX-License-Identifier: Apache-2.0
// The projection of habits (unit 17): each purchase that the ledger stores adds to the weights, in the transaction of its block. It runs
// after `AccountEntries`, which knows whose customers buy. A block costs a few statements, however many purchases it has.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { PurchaseRow } from '@fabric-offline-pay/domain';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import { sql, type Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { countedOf, lockHabits } from './choices.js';
import { followFleet, followGoods, followPolicy, goodsIdOf } from './follow-catalogue.js';
import { addPairs, goodsOf, RECENT, recentOf, type PairWeights } from './pairs.js';
import { addGoodsWeights, addPairWeights } from './store-weights.js';
import { weightAt } from './weight.js';

type Tables = Transaction<BankTables>;

/** A purchase, and where in its block it stands. */
interface Placed {
  readonly purchase: PurchaseRow;
  readonly place: number;
  readonly part: number;
}

async function followCatalogue(db: Tables, change: RowChange): Promise<void> {
  if (change.row === null) return;
  if (change.kind === 'registry') await followPolicy(db, change.row.policy);
  if (change.kind === 'goods') await followGoods(db, change.row);
  if (change.kind === 'fleet') await followFleet(db, change.row);
}

/** Goods taken along have no lines on the ledger, and what went back was no habit. */
function purchaseIn(change: RowChange): PurchaseRow | undefined {
  const purchase = change.kind === 'history' ? change.row?.purchase : undefined;
  return purchase?.refunded === true || purchase?.lines.length === 0 ? undefined : purchase;
}

const purchasesIn = (changes: readonly RowChange[], place: number): Placed[] =>
  changes.flatMap((change, part) => {
    const purchase = purchaseIn(change);
    return purchase === undefined ? [] : [{ purchase, place, part }];
  });

const goodsIn = ({ merchantId, lines }: PurchaseRow): string[] =>
  [...new Set(lines.map(({ gtin }) => goodsIdOf(merchantId, gtin)))].sort();

const orderKey = (merchantId: string, orderNumber: string): string =>
  `${merchantId}/${orderNumber}`;

/** @returns those that were not counted before: a purchase's row is written again when a refund changes it */
async function notCounted(db: Tables, placed: readonly Placed[]): Promise<Placed[]> {
  const rows = await db
    .selectFrom('habit_purchases')
    .select(['merchant_id', 'order_number'])
    .where((eb) =>
      eb(
        eb.refTuple('merchant_id', 'order_number'),
        'in',
        placed.map(({ purchase }) => eb.tuple(purchase.merchantId, purchase.orderNumber)),
      ),
    )
    .execute();
  const known = new Set(rows.map((row) => orderKey(row.merchant_id, row.order_number)));
  return placed.filter(({ purchase: { merchantId, orderNumber } }) => {
    const key = orderKey(merchantId, orderNumber);
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
}

interface RecentRow {
  readonly customer_id: string;
  readonly goods_id: string;
  readonly last_at: number;
}

/** What these customers bought last. */
async function readRecent(
  db: Tables,
  customers: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const wanted = sql.join(customers.map((id) => sql`(${id}::varchar)`));
  const { rows } = await sql<RecentRow>`
    select last.customer_id, last.goods_id, last.last_at
    from (values ${wanted}) as wanted (id) cross join lateral (
      select customer_id, goods_id, last_at from habit_items
      where customer_id = wanted.id
      order by last_at desc, goods_id collate "C" limit ${sql.lit(RECENT)}
    ) as last
  `.execute(db);
  const recent = new Map(customers.map((id) => [id, new Map<string, number>()]));
  for (const { customer_id, goods_id, last_at } of rows)
    recent.get(customer_id)?.set(goods_id, last_at);
  return recent;
}

/** What a block's purchases add. */
class Additions {
  readonly pairs: PairWeights = new Map();
  readonly goods = new Map<string, bigint>();
  readonly purchases: BankTables['habit_purchases'][] = [];
  readonly #items = new Map<string, BankTables['habit_items']>();
  readonly #recent: ReadonlyMap<string, Map<string, number>>;
  readonly #block: number;

  constructor(block: number, recent: ReadonlyMap<string, Map<string, number>>) {
    this.#block = block;
    this.#recent = recent;
  }

  get items(): BankTables['habit_items'][] {
    return [...this.#items.values()];
  }

  add({ purchase, place, part }: Placed): void {
    const { merchantId, orderNumber, customerId } = purchase;
    const bought = this.#recent.get(customerId) ?? new Map<string, number>();
    // A customer's purchases never go back in time, so that what it bought last is what it bought in the later block.
    const at = Math.max(purchase.at * 1000, ...bought.values());
    const all = goodsIn(purchase);
    this.purchases.push({
      merchant_id: merchantId,
      order_number: orderNumber,
      customer_id: customerId,
      block: this.#block,
      place,
      part,
      at,
      goods: JSON.stringify(all),
    });
    addPairs(this.pairs, { at, goods: all }, recentOf(bought));
    for (const goods of goodsOf({ at, goods: all })) this.#addItem(customerId, goods, at, bought);
  }

  #addItem(customerId: string, goods: string, at: number, bought: Map<string, number>): void {
    this.goods.set(goods, (this.goods.get(goods) ?? 0n) + weightAt(at));
    bought.set(goods, at);
    const key = `${customerId}/${goods}`;
    const times = (this.#items.get(key)?.times ?? 0) + 1;
    this.#items.set(key, { customer_id: customerId, goods_id: goods, times, last_at: at });
  }
}

async function write(db: Tables, additions: Additions): Promise<void> {
  await db.insertInto('habit_purchases').values(additions.purchases).execute();
  await addPairWeights(db, additions.pairs);
  await addGoodsWeights(db, additions.goods);
  await db
    .insertInto('habit_items')
    .values(additions.items)
    .onConflict((conflict) =>
      conflict.columns(['customer_id', 'goods_id']).doUpdateSet({
        times: sql`habit_items.times + excluded.times`,
        last_at: sql`excluded.last_at`,
      }),
    )
    .execute();
}

async function follow(db: Tables, block: number, placed: readonly Placed[]): Promise<void> {
  await lockHabits(db);
  const customers = [...new Set(placed.map(({ purchase }) => purchase.customerId))];
  const counted = await countedOf(db, customers, block);
  const own = placed.filter(({ purchase }) => counted.has(purchase.customerId));
  const fresh = own.length === 0 ? [] : await notCounted(db, own);
  if (fresh.length === 0) return;
  const additions = new Additions(block, await readRecent(db, [...counted]));
  for (const each of fresh) additions.add(each);
  await write(db, additions);
}

export class Habits implements Projection<BankTables> {
  /** The customers' own choices are not among them. */
  readonly tables = [
    'habit_pairs',
    'habit_items',
    'habit_purchases',
    'habit_goods',
    'habit_fleets',
    'habit_rules',
  ] as const;

  async apply(db: Tables, { number, transactions }: CommittedBlock): Promise<void> {
    const placed: Placed[] = [];
    for (const transaction of transactions) {
      const changes = transaction.changes.map(rowChange).filter((change) => change !== undefined);
      for (const change of changes) await followCatalogue(db, change);
      placed.push(...purchasesIn(changes, transaction.index));
    }
    if (placed.length > 0) await follow(db, Number(number), placed);
  }
}
