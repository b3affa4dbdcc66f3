// SPDX-License-Identifier: Apache-2.0
// A bank's database with as many purchases as one likes, and what customers ask of it: whether an answer takes longer the more purchases
// there are.
import { sql } from 'kysely';
import type { BankDatabase } from '../database/schema.js';
import { Habits } from '../habits/habits.js';
import { recommend } from '../habits/recommend.js';
import { statementOf } from '../statements/read-statement.js';
import {
  PLANTED_HOME,
  PLANTED_NOW,
  plantedBlocks,
  seededNumbers,
} from '../testing/planted-purchases.js';

/** Customers that recommendations are asked for. */
const ASKING = 300;

const CUSTOMER = 'customer-of-all';
const CURRENCY = 'EUR';
const MERCHANT = 'merchant-1';

/** Milliseconds between two purchases. */
const BETWEEN = 60_000;

/** One customer's purchases, each with its hold and its capture. */
async function fillStatement(db: BankDatabase, count: number): Promise<void> {
  const numbers = sql`generate_series(0, ${sql.lit(count - 1)}) as number`;
  const between = sql.lit(BETWEEN);
  await sql`
    insert into account_entries (customer_id, currency, booked_at, block, place, part,
      transaction_id, kind, merchant_id, order_number, amount, moved, balance, available)
    select ${CUSTOMER}, ${CURRENCY}, number::bigint * ${between}, number, 0, part,
      'tx-' || number, case part when 0 then 'hold' else 'capture' end,
      ${MERCHANT}, 'ORD-' || number, '-100', '-100', '1', '1'
    from ${numbers}, generate_series(0, 1) as part
  `.execute(db);
  await sql`
    insert into purchases (merchant_id, order_number, customer_id, currency, fee, total, purchased_at)
    select ${MERCHANT}, 'ORD-' || number, ${CUSTOMER}, ${CURRENCY}, '0', '100', number::bigint * ${between}
    from ${numbers}
  `.execute(db);
  await sql`
    insert into purchase_lines (merchant_id, order_number, line, gtin, name, quantity, unit_price)
    select ${MERCHANT}, 'ORD-' || number, 1, '4006381333948', 'Charger', 1, '100' from ${numbers}
  `.execute(db);
}

async function addCustomer(db: BankDatabase, customer_id: string): Promise<void> {
  const hashed = { password_hash: 'x', password_changed: false, enrolment_mac: 'x' };
  const place = { label: null, street: 'x', city: 'x', country: 'DE', ...PLANTED_HOME };
  await db
    .insertInto('customers')
    .values({ customer_id, ...hashed, enrolled_at: 1 })
    .execute();
  await db
    .insertInto('addresses')
    .values({ customer_id, number: 1, ...place })
    .execute();
}

const PURCHASES_OF_CUSTOMER = 5;

/** Two goods a purchase, and pairs as they come of that: the more purchases, the more goods were bought together, until all were. */
async function fillHabits(db: BankDatabase, count: number, most: number): Promise<string[]> {
  await db.transaction().execute(async (transaction) => {
    for (const block of plantedBlocks([])) await new Habits().apply(transaction, block);
  });
  const customers = Math.ceil(count / PURCHASES_OF_CUSTOMER);
  await sql`
    insert into habit_items (customer_id, goods_id, times, last_at)
    select distinct on (customer, goods) 'customer-' || customer, goods, 1, number
    from (
      select number, number % ${sql.lit(customers)} as customer, (
        select goods_id from habit_goods offset (number * 7919) % (select count(*) from habit_goods) limit 1
      ) as goods
      from generate_series(1, ${sql.lit(2 * count)}) as number
    ) as bought
  `.execute(db);
  await sql`
    insert into habit_pairs (goods_id, other_id, weight)
    select one.goods_id, other.goods_id, 1 + abs(hashtext(one.goods_id || other.goods_id)) % 1000
    from habit_goods as one, habit_goods as other
    where one.goods_id <> other.goods_id
      and abs(hashtext(other.goods_id || one.goods_id)) % ${sql.lit(most)} < ${sql.lit(count)} * 8
  `.execute(db);
  await sql`update habit_goods set weight = 1 + abs(hashtext(goods_id)) % 100000`.execute(db);
  await sql`analyze`.execute(db);
  const asked = Array.from(
    { length: Math.min(ASKING, customers) },
    (_, index) => `customer-${index}`,
  );
  for (const customerId of asked) await addCustomer(db, customerId);
  return asked;
}

/** A filled database, and what is asked of it. */
export interface Filled {
  readonly db: BankDatabase;
  readonly count: number;
  readonly customers: readonly string[];
}

/** One question; those of other indexes are asked about something else. */
export type Question = (filled: Filled, index: number) => Promise<unknown>;

const ACCOUNT = { customerId: CUSTOMER, currency: CURRENCY, from: 0, madeAt: PLANTED_NOW };

export const QUESTIONS = {
  /** Pages end anywhere in the customer's history. */
  statement: ({ db, count }, index) =>
    statementOf(db, { ...ACCOUNT, to: (1 + seededNumbers(index)(count)) * BETWEEN }),
  /** One kind among the customer's many entries; there is none of it. */
  filtered: ({ db, count }, index) =>
    statementOf(db, {
      ...ACCOUNT,
      to: (1 + seededNumbers(index)(count)) * BETWEEN,
      filters: { kind: 'refund' },
    }),
  recommendations: ({ db, customers }, index) =>
    recommend(db, customers[index % customers.length] ?? '', 10, PLANTED_NOW),
} satisfies Readonly<Record<string, Question>>;

/**
 * @param db empty
 * @param most purchases of the largest database that is compared: goods bought together grow until there
 */
export async function fillHistory(db: BankDatabase, count: number, most: number): Promise<Filled> {
  const read = { id: 1, next_block: count, last_hash: '', first_hash: '' };
  await db.insertInto('ledger_position').values(read).execute();
  await addCustomer(db, CUSTOMER);
  await fillStatement(db, count);
  return { db, count, customers: await fillHabits(db, count, most) };
}
