// SPDX-License-Identifier: Apache-2.0
// Adds weights to the tables, or takes them out again.
import { sql, type Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import type { PairWeights } from './pairs.js';

type Tables = Transaction<BankTables>;

/** Rows of one statement: a statement has at most 65,535 parameters. */
const MOST_ROWS = 5_000;

const inParts = <Item>(items: readonly Item[]): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / MOST_ROWS) }, (_, index) =>
    items.slice(index * MOST_ROWS, (index + 1) * MOST_ROWS),
  );

interface PairRow {
  readonly goods_id: string;
  readonly other_id: string;
  readonly weight: string;
}

const rowsOf = (pairs: PairWeights, sign: bigint): PairRow[] =>
  [...pairs].flatMap(([goods_id, others]) =>
    [...others].map(([other_id, weight]) => ({
      goods_id,
      other_id,
      weight: (sign * weight).toString(),
    })),
  );

async function addToPairs(db: Tables, rows: readonly PairRow[]): Promise<void> {
  for (const part of inParts(rows))
    await db
      .insertInto('habit_pairs')
      .values([...part])
      .onConflict((conflict) =>
        conflict.columns(['goods_id', 'other_id']).doUpdateSet({
          weight: sql`habit_pairs.weight + excluded.weight`,
        }),
      )
      .execute();
}

export const addPairWeights = (db: Tables, pairs: PairWeights): Promise<void> =>
  addToPairs(db, rowsOf(pairs, 1n));

/** @param pairs that were added before */
export async function takePairWeights(db: Tables, pairs: PairWeights): Promise<void> {
  await addToPairs(db, rowsOf(pairs, -1n));
  for (const part of inParts([...pairs.keys()]))
    await db
      .deleteFrom('habit_pairs')
      .where('goods_id', 'in', part)
      .where('weight', '<=', '0')
      .execute();
}

/** @param sign 1 to add, -1 to take out */
export async function addGoodsWeights(
  db: Tables,
  goods: ReadonlyMap<string, bigint>,
  sign: 1n | -1n = 1n,
): Promise<void> {
  for (const part of inParts([...goods])) {
    const rows = sql.join(
      part.map(([id, weight]) => sql`(${id}::varchar, ${(sign * weight).toString()}::numeric)`),
    );
    await sql`
      update habit_goods set weight = habit_goods.weight + added.weight
      from (values ${rows}) as added (goods_id, weight) where habit_goods.goods_id = added.goods_id
    `.execute(db);
  }
}
