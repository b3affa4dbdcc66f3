// SPDX-License-Identifier: Apache-2.0
// Whose purchases count: a customer decides, at once and for the past too. What is taken out leaves no trace in what others are
// recommended.
import { sql, type Transaction } from 'kysely';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { weightsOf } from './pairs.js';
import { addGoodsWeights, takePairWeights } from './store-weights.js';

type Tables = Transaction<BankTables>;

/** Any number of our own. */
const HABITS_LOCK = 17;

/**
 * Who counts purchases and who takes a customer's out take turns, until the transaction ends: else a purchase that is being counted
 * would stay.
 */
export const lockHabits = async (db: Tables): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(HABITS_LOCK)})`.execute(db);
};

/** @returns those of the customers that are this bank's and whose purchases count, each with the block from which they do */
export async function countedOf(
  db: Tables,
  customers: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('account_owners')
    .leftJoin('habit_choices', 'habit_choices.customer_id', 'account_owners.customer_id')
    .select(['account_owners.customer_id', 'from_block'])
    .where('account_owners.customer_id', 'in', customers)
    .where((eb) => eb.or([eb('opted_out', 'is', null), eb('opted_out', '=', false)]))
    .execute();
  return new Map(rows.map(({ customer_id, from_block }) => [customer_id, from_block ?? 0]));
}

async function takeOut(db: Tables, customerId: string): Promise<void> {
  const rows = await db
    .selectFrom('habit_purchases')
    .select(['at', 'goods'])
    .where('customer_id', '=', customerId)
    .orderBy('block')
    .orderBy('place')
    .orderBy('part')
    .execute();
  const purchases = rows.map(({ at, goods }) => ({ at, goods: JSON.parse(goods) as string[] }));
  const { pairs, goods } = weightsOf(purchases);
  await takePairWeights(db, pairs);
  await addGoodsWeights(db, goods, -1n);
  for (const table of ['habit_items', 'habit_purchases'] as const)
    await db.deleteFrom(table).where('customer_id', '=', customerId).execute();
}

async function nextBlock(db: Tables): Promise<number> {
  const row = await db.selectFrom('ledger_position').select('next_block').executeTakeFirst();
  return row?.next_block ?? 0;
}

async function choose(db: Tables, customerId: string, optedOut: boolean): Promise<void> {
  const choice = { opted_out: optedOut, from_block: await nextBlock(db) };
  await db
    .insertInto('habit_choices')
    .values({ customer_id: customerId, ...choice })
    .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(choice))
    .execute();
}

/** Takes all of a customer's purchases out, in the caller's transaction, and counts none from now on. */
export async function forgetHabits(db: Tables, customerId: string): Promise<void> {
  await lockHabits(db);
  await takeOut(db, customerId);
  await choose(db, customerId, true);
}

/** The customer wants no habits kept: what was kept goes at once. Safe to repeat. */
export const optOut = (db: BankDatabase, customerId: string): Promise<void> =>
  db.transaction().execute((transaction) => forgetHabits(transaction, customerId));

/** The customer wants recommendations again, from what it buys from now on. Safe to repeat. */
export const optIn = (db: BankDatabase, customerId: string): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    await lockHabits(transaction);
    const choice = await transaction
      .selectFrom('habit_choices')
      .select('opted_out')
      .where('customer_id', '=', customerId)
      .executeTakeFirst();
    if (choice?.opted_out === true) await choose(transaction, customerId, false);
  });
