// SPDX-License-Identifier: Apache-2.0
// The projection of habits (unit 17): each purchase that the ledger stores adds to the weights, in the transaction of its block. It runs
// after `AccountEntries`, which knows whose customers buy. Blocks cost a few statements, however many purchases they have.
import { BatchedRows, type Projection } from '@fabric-offline-pay/node-common/node';
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
  readonly block: number;
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

const purchasesIn = (
  changes: readonly RowChange[],
  at: Pick<Placed, 'block' | 'place'>,
): Placed[] =>
  changes.flatMap((change, part) => {
    const purchase = purchaseIn(change);
    return purchase === undefined ? [] : [{ purchase, ...at, part }];
  });

const goodsIn = ({ merchantId, lines }: PurchaseRow): string[] =>
  [...new Set(lines.map(({ gtin }) => goodsIdOf(merchantId, gtin)))].sort();

type Purchases = BatchedRows<BankTables['habit_purchases'], 'merchant_id' | 'order_number'>;
type Items = BatchedRows<BankTables['habit_items'], 'customer_id' | 'goods_id'>;

const keyOf = ({ merchantId, orderNumber }: PurchaseRow) => ({
  merchant_id: merchantId,
  order_number: orderNumber,
});

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

/** What purchases add. */
class Additions {
  readonly #pairs: PairWeights = new Map();
  readonly #goods = new Map<string, bigint>();
  readonly #db: Tables;
  readonly #purchases: Purchases;
  readonly #items: Items;
  readonly #recent: ReadonlyMap<string, Map<string, number>>;

  constructor(db: Tables, recent: ReadonlyMap<string, Map<string, number>>) {
    this.#db = db;
    this.#recent = recent;
    this.#purchases = new BatchedRows(db, 'habit_purchases', ['merchant_id', 'order_number']);
    this.#items = new BatchedRows(db, 'habit_items', ['customer_id', 'goods_id']);
  }

  async load(placed: readonly Placed[]): Promise<void> {
    await this.#purchases.load(placed.map(({ purchase }) => keyOf(purchase)));
    await this.#items.load(
      placed.flatMap(({ purchase }) =>
        goodsIn(purchase).map((goods_id) => ({ customer_id: purchase.customerId, goods_id })),
      ),
    );
  }

  /** One that was counted before is not counted again: its row is written again when a refund changes it. */
  async add({ purchase, block, place, part }: Placed): Promise<void> {
    const key = keyOf(purchase);
    if ((await this.#purchases.get(key)) !== undefined) return;
    const { customerId } = purchase;
    const bought = this.#recent.get(customerId) ?? new Map<string, number>();
    // A customer's purchases never go back in time, so that what it bought last is what it bought in the later block.
    const at = Math.max(purchase.at * 1000, ...bought.values());
    const all = goodsIn(purchase);
    const goods = JSON.stringify(all);
    this.#purchases.put({ ...key, customer_id: customerId, block, place, part, at, goods });
    addPairs(this.#pairs, { at, goods: all }, recentOf(bought));
    for (const each of goodsOf({ at, goods: all })) await this.#addItem(customerId, each, at);
    for (const each of goodsOf({ at, goods: all })) bought.set(each, at);
  }

  async write(): Promise<void> {
    await this.#purchases.write();
    await addPairWeights(this.#db, this.#pairs);
    await addGoodsWeights(this.#db, this.#goods);
    await this.#items.write();
  }

  async #addItem(customer_id: string, goods_id: string, at: number): Promise<void> {
    this.#goods.set(goods_id, (this.#goods.get(goods_id) ?? 0n) + weightAt(at));
    const times = ((await this.#items.get({ customer_id, goods_id }))?.times ?? 0) + 1;
    this.#items.put({ customer_id, goods_id, times, last_at: at });
  }
}

async function follow(db: Tables, placed: readonly Placed[]): Promise<void> {
  await lockHabits(db);
  const customers = [...new Set(placed.map(({ purchase }) => purchase.customerId))];
  const counted = await countedOf(db, customers);
  const own = placed.filter(
    ({ purchase, block }) => block >= (counted.get(purchase.customerId) ?? Infinity),
  );
  if (own.length === 0) return;
  const additions = new Additions(db, await readRecent(db, [...counted.keys()]));
  await additions.load(own);
  for (const each of own) await additions.add(each);
  await additions.write();
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

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const placed: Placed[] = [];
    for (const { number, transactions } of blocks)
      for (const transaction of transactions) {
        const changes = transaction.changes.map(rowChange).filter((change) => change !== undefined);
        for (const change of changes) await followCatalogue(db, change);
        placed.push(...purchasesIn(changes, { block: Number(number), place: transaction.index }));
      }
    if (placed.length > 0) await follow(db, placed);
  }
}
