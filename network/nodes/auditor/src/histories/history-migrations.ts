// SPDX-License-Identifier: Apache-2.0
// Makes the tables of {@link HISTORIES} and of what blocks and transactions contain.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';
import { HISTORIES, HISTORY_NAMES, type HistoryName, type HistoryTable } from './history-table.js';

const ORDER = ['block', 'place', 'number'];

async function createHistory(db: Kysely<unknown>, name: HistoryName): Promise<void> {
  const { columns, found }: HistoryTable = HISTORIES[name];
  const lines = Object.entries(columns).map(
    ([column, { type, nullable }]) =>
      sql`${sql.ref(column)} ${sql.raw(type)} ${sql.raw(nullable ? '' : 'not null')}`,
  );
  const key = sql.join(ORDER.map((column) => sql.ref(column)));
  await sql`create table ${sql.table(name)} (${sql.join(lines)}, primary key (${key}))`.execute(db);
  for (const names of found)
    await db.schema
      .createIndex([name, ...names].join('_'))
      .on(name)
      .columns([...names, ...ORDER])
      .execute();
}

export interface ContentTables {
  audited_blocks: {
    number: number;
    hash: string;
    previous_hash: string;
    data_hash: string;
    /** Bytes of all transactions. */
    size: number;
    transactions: number;
    /** JSON: who signed it. */
    signers: string;
  };
  /** What transactions say, each as compressed JSON: see `transaction-content.ts`. */
  transaction_contents: { block: number; place: number; content: Buffer };
}

export const HISTORY_MIGRATIONS: Migrations = {
  '0010-histories': {
    async up(db) {
      for (const name of HISTORY_NAMES) await createHistory(db, name);
    },
  },
  '0011-contents': {
    async up(db) {
      await db.schema
        .createTable('audited_blocks')
        .addColumn('number', 'integer', (column) => column.primaryKey())
        .addColumn('hash', 'varchar(64)', (column) => column.notNull())
        .addColumn('previous_hash', 'varchar(64)', (column) => column.notNull())
        .addColumn('data_hash', 'varchar(64)', (column) => column.notNull())
        .addColumn('size', 'integer', (column) => column.notNull())
        .addColumn('transactions', 'integer', (column) => column.notNull())
        .addColumn('signers', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('transaction_contents')
        .addColumn('block', 'integer', (column) => column.notNull())
        .addColumn('place', 'integer', (column) => column.notNull())
        .addColumn('content', 'bytea', (column) => column.notNull())
        .addPrimaryKeyConstraint('transaction_contents_key', ['block', 'place'])
        .execute();
    },
  },
};
