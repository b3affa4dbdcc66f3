// SPDX-License-Identifier: Apache-2.0
// Erases a customer, as far as the law lets (Regulation (EU) 2016/679, Article 17): who it is goes at once, and so do habits; what must be
// kept stays under the pseudonym.
import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import { BankError } from '../../bank-error.js';
import type { BankContext } from '../../context.js';
import { OPEN_LEG_STATES, OPEN_MOVE_STATES } from '../../database/funding-tables.js';
import type { BankTables } from '../../database/schema.js';
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

/**
 * Why a customer cannot be erased yet: somebody must be able to give it what it has. `deductions`: money is on its way between an instrument
 * and the account. `access`: the ledger does not block it yet, so that it could pay on.
 */
export const STILL_OPEN = ['money', 'holds', 'reserves', 'debts', 'deductions', 'access'] as const;

export type StillOpen = (typeof STILL_OPEN)[number];

type StillOpenHere = Exclude<StillOpen, 'access'>;

export type ErasureResult =
  | { readonly erased: true; readonly kept: readonly KeptData[] }
  | { readonly erased: false; readonly open: readonly StillOpen[] };

const anyRow = async (db: Tables, from: ReturnType<typeof sql>): Promise<boolean> =>
  (await sql`select 1 from ${from} limit 1`.execute(db)).rows.length > 0;

/** Rows that say that something is open. */
const OPEN: Readonly<Record<StillOpenHere, (customerId: string) => ReturnType<typeof sql>>> = {
  money: (id) => sql`account_totals where customer_id = ${id} and booked <> '0'`,
  holds: (id) => sql`account_orders where customer_id = ${id} and is_open`,
  reserves: (id) => sql`account_reserves where customer_id = ${id} and status <> 'closed'`,
  debts: (id) => sql`account_debts where customer_id = ${id}`,
  deductions: (id) => sql`fundings as f where customer_id = ${id} and (
    state = 'asked'
    or exists (select 1 from funding_legs as l where l.merchant_id = f.merchant_id
      and l.order_number = f.order_number and l.customer_id = f.customer_id and l.state in (${sql.join(OPEN_LEG_STATES)}))
    or exists (select 1 from funding_moves as m where m.merchant_id = f.merchant_id
      and m.order_number = f.order_number and m.customer_id = f.customer_id and m.state in (${sql.join(OPEN_MOVE_STATES)}))
  )`,
};

async function openOf(db: Tables, customerId: string): Promise<StillOpen[]> {
  const open: StillOpen[] = [];
  for (const name of Object.keys(OPEN) as StillOpenHere[])
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

/** Locks the customer's row, so that no call that is under way notes anything after this. @throws {BankError} CUSTOMER_UNKNOWN. */
async function lockRow(db: Tables, customerId: string): Promise<void> {
  const row = await db
    .selectFrom('customers')
    .select('customer_id')
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new BankError('CUSTOMER_UNKNOWN', 'customerId');
}

/** Ends sessions and logins. Nobody knows the password from now on, and a change that waits takes no effect. */
async function closeDoors(
  db: Tables,
  customerId: string,
  { nobodys, now }: { readonly nobodys: string; readonly now: number },
): Promise<void> {
  await db
    .updateTable('customers')
    .set({ password_hash: nobodys, erased_at: sql`coalesce(erased_at, ${now})` })
    .where('customer_id', '=', customerId)
    .execute();
  await db
    .updateTable('logins')
    .set({ state: 'failed', failure: 'CUSTOMER_UNKNOWN', ended_at: now })
    .where('customer_id', '=', customerId)
    .where('state', 'not in', ['authenticated', 'failed'])
    .execute();
  await db
    .updateTable('credential_changes')
    .set({ state: 'cancelled' })
    .where('customer_id', '=', customerId)
    .where('state', 'in', ['asked', 'unconfirmed', 'waiting'])
    .execute();
}

/** What waits to be sent has nowhere to go. Copies by mail are among it. */
const endMessages = (db: Tables, customerId: string, now: number) =>
  db
    .updateTable('messages')
    .set({ ended_at: now, outcome: 'nowhere', resume_at: null })
    .where('customer_id', '=', customerId)
    .where('ended_at', 'is', null)
    .execute();

export type ErasureContext = Pick<BankContext, 'db' | 'clock'> & {
  readonly ledger: Pick<BankContext['ledger'], 'readCustomer'>;
};

/** Whether the customer can still log in and pay on the ledger. One that is not there cannot. */
async function hasAccess({ ledger }: ErasureContext, customerId: string): Promise<boolean> {
  try {
    return (await ledger.readCustomer({ customerId })).status !== 'blocked';
  } catch (error) {
    if (refusalCode(error) === 'CUSTOMER_UNKNOWN') return false;
    throw error;
  }
}

/**
 * Erases a customer that has nothing at the bank any more, and that a teller blocked on the ledger before. Its sessions end. Safe to repeat.
 * @returns what stays and why, or what is still open
 * @throws {BankError} CUSTOMER_UNKNOWN, LEDGER_UNAVAILABLE
 */
export async function eraseCustomer(
  context: ErasureContext,
  customerId: string,
): Promise<ErasureResult> {
  const { db, clock } = context;
  const access = await hasAccess(context, customerId);
  const nobodys = await hashPassword(randomBytes(32).toString('hex'));
  return db.transaction().execute(async (transaction): Promise<ErasureResult> => {
    await lockRow(transaction, customerId);
    const open = await openOf(transaction, customerId);
    if (access) open.push('access');
    if (open.length > 0) return { erased: false, open };
    const now = clock();
    await forgetHabits(transaction, customerId);
    await closeDoors(transaction, customerId, { nobodys, now });
    await endMessages(transaction, customerId, now);
    for (const table of PERSONAL_DATA) await erase(transaction, table, customerId);
    const kept: KeptData[] = [];
    for (const table of PERSONAL_DATA) {
      const stays = await keptOf(transaction, table, customerId);
      if (stays !== undefined) kept.push(stays);
    }
    return { erased: true, kept };
  });
}
