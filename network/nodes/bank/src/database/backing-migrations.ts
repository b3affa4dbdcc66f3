// SPDX-License-Identifier: Apache-2.0
// Makes the tables of statements of backing.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

async function createPockets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('backing_pockets')
    .addColumn('pocket', 'varchar(400)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('customer_id', 'varchar(64)')
    .addColumn('payee_id', 'varchar(64)')
    // A sum of any length: a checkpoint has no most.
    .addColumn('amount', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('backing_pockets_key', ['pocket', 'currency'])
    .execute();
}

/** Statements in the former form, a JWS, stay in `backings`, which nobody writes any more: they are records of the bank. */
async function createStatements(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('backing_statements')
    .addColumn('day', 'varchar(10)', (column) => column.primaryKey())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('doubted', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('statement', 'text', (column) => column.notNull())
    .addColumn('certificate', 'text', (column) => column.notNull())
    .addColumn('seed', 'varchar(64)', (column) => column.notNull())
    .addColumn('short', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('backing_leaves')
    .addColumn('day', 'varchar(10)', (column) =>
      column.notNull().references('backing_statements.day').onDelete('cascade'),
    )
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('customer_id', 'varchar(64)')
    .addColumn('payee_id', 'varchar(64)')
    .addColumn('amount', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('backing_leaves_by_day')
    .on('backing_leaves')
    .columns(['day', 'currency'])
    .execute();
  await db.schema
    .createIndex('backing_leaves_by_customer')
    .on('backing_leaves')
    .column('customer_id')
    .execute();
}

export const BACKING_MIGRATIONS: Migrations = {
  '0035-backing-statements': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createPockets(db);
      await createStatements(db);
    },
  },
};
