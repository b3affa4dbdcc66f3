// SPDX-License-Identifier: Apache-2.0
// Makes the tables of what the clock makes due.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';

async function createDueThings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('due_things')
    .addColumn('kind', 'varchar(20)', (column) => column.notNull())
    .addColumn('key', 'varchar(256)', (column) => column.notNull())
    .addColumn('subject', 'varchar(256)', (column) => column.notNull())
    .addColumn('payee_id', 'varchar(64)')
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('waits', 'varchar(20)')
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('due_things_key', ['kind', 'key'])
    .execute();
  await db.schema.createIndex('due_things_by_time').on('due_things').column('due_at').execute();
  await db.schema.createIndex('due_things_by_subject').on('due_things').column('subject').execute();
}

/** What was tried had a later `due_at`, maybe by a clock that was wrong: it has its own again, and is tried once more. */
async function separateTries(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('due_things').addColumn('tried_at', 'bigint').execute();
  await sql`
    update due_things set due_at = since
      + coalesce((select (spans::jsonb ->> waits)::bigint * 1000 from clock_policy where waits is not null), 0)
    where tries > 0
  `.execute(db);
}

export const CLOCK_MIGRATIONS: Migrations = {
  '0011-clock': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createDueThings(db);
      await db.schema
        .createTable('own_payees')
        .addColumn('payee_id', 'varchar(64)', (column) => column.primaryKey())
        .execute();
      await db.schema
        .createTable('credit_counts')
        .addColumn('payee_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('currency', 'varchar(3)', (column) => column.notNull())
        .addColumn('entries', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('credit_counts_key', ['payee_id', 'currency'])
        .execute();
      await db.schema
        .createTable('clock_policy')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('spans', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '0027-when-due-things-were-tried': { up: separateTries },
};
