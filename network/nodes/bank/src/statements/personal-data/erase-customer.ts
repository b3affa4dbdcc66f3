// SPDX-License-Identifier: Apache-2.0
// Erases a customer, as far as the law lets (Regulation (EU) 2016/679, Article 17): who it is goes at once, and so do habits; what must be
// kept stays under the pseudonym.
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { BankDatabase, BankTables } from '../../database/schema.js';
import { forgetHabits } from '../../habits/choices.js';
import { hashPassword } from '../../secrets/password.js';
import { ofCustomer } from './export-customer.js';
import { PERSONAL_DATA, type PersonalTable } from './personal-tables.js';

type Tables = Transaction<BankTables>;

/** What of a customer stays, and why. */
export interface KeptData {
  readonly table: string;
  readonly rows: number;
  readonly because: string;
}

/** Why a customer cannot be erased yet: somebody must be able to give it what it has. */
export type StillOpen = 'money' | 'holds' | 'reserves' | 'debts';

export type ErasureResult =
  | { readonly erased: true; readonly kept: readonly KeptData[] }
  | { readonly erased: false; readonly open: readonly StillOpen[] };

const anyRow = async (db: Tables, from: ReturnType<typeof sql>): Promise<boolean> =>
  (await sql`select 1 from ${from} limit 1`.execute(db)).rows.length > 0;

/** Rows that say that something is open. */
const OPEN: Readonly<Record<StillOpen, (customerId: string) => ReturnType<typeof sql>>> = {
  money: (id) => sql`account_totals where customer_id = ${id} and booked <> '0'`,
  holds: (id) => sql`account_orders where customer_id = ${id} and is_open`,
  reserves: (id) => sql`account_reserves where customer_id = ${id} and status <> 'closed'`,
  debts: (id) => sql`account_debts where customer_id = ${id}`,
};

async function openOf(db: Tables, customerId: string): Promise<StillOpen[]> {
  const open: StillOpen[] = [];
  for (const name of Object.keys(OPEN) as StillOpen[])
    if (await anyRow(db, OPEN[name](customerId))) open.push(name);
  return open;
}

async function erase(db: Tables, table: PersonalTable, customerId: string): Promise<void> {
  const { erasure } = table;
  const where = ofCustomer(table, customerId);
  if (erasure.kind === 'delete')
    await sql`delete from ${sql.table(table.table)} where ${where}`.execute(db);
  if (erasure.kind !== 'clear') return;
  const cleared = sql.join(erasure.columns.map((column) => sql`${sql.ref(column)} = null`));
  await sql`update ${sql.table(table.table)} set ${cleared} where ${where}`.execute(db);
}

async function keptOf(
  db: Tables,
  table: PersonalTable,
  customerId: string,
): Promise<KeptData | undefined> {
  if (table.erasure.kind === 'delete') return undefined;
  const { rows } = await sql<{ readonly count: number }>`
    select count(*)::integer as count from ${sql.table(table.table)} where ${ofCustomer(table, customerId)}
  `.execute(db);
  const count = rows[0]?.count ?? 0;
  const { because } = table.erasure;
  return count === 0 ? undefined : { table: table.table, rows: count, because };
}

/** Nobody knows the password from now on, and a change that waits takes no effect. */
async function closeDoors(db: Tables, customerId: string, nobodys: string): Promise<void> {
  await db
    .updateTable('customers')
    .set({ password_hash: nobodys })
    .where('customer_id', '=', customerId)
    .execute();
  await db
    .updateTable('credential_changes')
    .set({ state: 'cancelled' })
    .where('customer_id', '=', customerId)
    .where('state', 'in', ['asked', 'unconfirmed', 'waiting'])
    .execute();
}

/**
 * Erases a customer that has nothing at the bank any more. The teller blocks it on the ledger before. Safe to repeat.
 * @returns what stays and why, or what is still open
 */
export async function eraseCustomer(db: BankDatabase, customerId: string): Promise<ErasureResult> {
  const nobodys = await hashPassword(randomBytes(32).toString('hex'));
  return db.transaction().execute(async (transaction): Promise<ErasureResult> => {
    const open = await openOf(transaction, customerId);
    if (open.length > 0) return { erased: false, open };
    await forgetHabits(transaction, customerId);
    await closeDoors(transaction, customerId, nobodys);
    for (const table of PERSONAL_DATA) await erase(transaction, table, customerId);
    const kept: KeptData[] = [];
    for (const table of PERSONAL_DATA) {
      const stays = await keptOf(transaction, table, customerId);
      if (stays !== undefined) kept.push(stays);
    }
    return { erased: true, kept };
  });
}
