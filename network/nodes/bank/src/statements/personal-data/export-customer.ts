// SPDX-License-Identifier: Apache-2.0
// All that the bank's node has of a customer, for the customer (Regulation (EU) 2016/679, Articles 15 and 20).
import { ledgerHeight, type LedgerHeight } from '@fabric-offline-pay/node-common/node';
import { sql } from 'kysely';
import type { BankDatabase } from '../../database/schema.js';
import { PERSONAL_DATA, type PersonalTable } from './personal-tables.js';

/** A row by its columns. Instants are milliseconds since 1970, amounts minor units as text. */
export type ExportedRow = Readonly<Record<string, unknown>>;

export interface CustomerExport {
  readonly customerId: string;
  /** The ledger up to where the tables follow it. */
  readonly height: LedgerHeight;
  /** By table; a table without rows of the customer is empty. What authenticates the customer is left out. */
  readonly tables: Readonly<Record<string, readonly ExportedRow[]>>;
}

const FOUND_BY = {
  customer: (customerId: string) => sql`customer_id = ${customerId}`,
  login: (customerId: string) =>
    sql`login_id in (select login_id from logins where customer_id = ${customerId})`,
  purchase: (customerId: string) =>
    sql`(merchant_id, order_number) in
        (select merchant_id, order_number from purchases where customer_id = ${customerId})`,
} as const;

/** @returns the condition that finds a customer's rows of the table */
export const ofCustomer = ({ of = 'customer' }: PersonalTable, customerId: string) =>
  FOUND_BY[of](customerId);

async function rowsOf(
  db: BankDatabase,
  table: PersonalTable,
  customerId: string,
): Promise<ExportedRow[]> {
  const { rows } = await sql<ExportedRow>`
    select * from ${sql.table(table.table)} where ${ofCustomer(table, customerId)}
  `.execute(db);
  const secret = new Set(table.secret);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !secret.has(column))),
  );
}

/** @returns everything, as of one height of the ledger; it can be written as JSON */
export const exportCustomer = (db: BankDatabase, customerId: string): Promise<CustomerExport> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => {
      const tables: Record<string, readonly ExportedRow[]> = {};
      for (const table of PERSONAL_DATA)
        tables[table.table] = await rowsOf(snapshot, table, customerId);
      return { customerId, height: await ledgerHeight(snapshot), tables };
    });
