// SPDX-License-Identifier: Apache-2.0
// Makes the tables of the daily reconciliation.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';

async function createSupplies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('supplies')
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('supply_id', 'varchar(140)', (column) => column.notNull())
    .addColumn('origin', 'varchar(8)', (column) => column.notNull())
    .addColumn('account', 'varchar(64)', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('day', 'varchar(10)', (column) => column.notNull())
    .addColumn('block', 'bigint', (column) => column.notNull())
    .addColumn('transaction_id', 'varchar(64)', (column) => column.notNull())
    .addPrimaryKeyConstraint('supplies_key', ['kind', 'supply_id', 'currency'])
    .execute();
  await db.schema.createIndex('supplies_by_day').on('supplies').column('day').execute();
}

async function createFundingIds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('funding_ids')
    .addColumn('book_key', 'varchar(200)', (column) => column.primaryKey())
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('leg', 'integer', (column) => column.notNull())
    .addColumn('move_kind', 'varchar(8)')
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('supply_kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('supply_id', 'varchar(140)', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('funding_ids_by_supply')
    .on('funding_ids')
    .columns(['supply_kind', 'supply_id'])
    .execute();
  await db.schema
    .createIndex('funding_ids_by_order')
    .on('funding_ids')
    .columns(['merchant_id', 'order_number', 'leg'])
    .execute();
}

async function createResults(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('reconciliations')
    .addColumn('day', 'varchar(10)', (column) => column.primaryKey())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('ledger_book', 'integer', (column) => column.notNull())
    .addColumn('book_host', 'integer', (column) => column.notNull())
    .addColumn('report', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('backings')
    .addColumn('day', 'varchar(10)', (column) => column.primaryKey())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('statement', 'text', (column) => column.notNull())
    .execute();
}

/** Reports that are there already have no parts: which difference is of which host was not kept. */
async function createHostParts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('reconciled_hosts')
    .addColumn('day', 'varchar(10)', (column) =>
      column.notNull().references('reconciliations.day').onDelete('cascade'),
    )
    .addColumn('host', 'varchar(64)', (column) => column.notNull())
    .addColumn('part', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reconciled_hosts_key', ['day', 'host'])
    .execute();
}

/** Parts and reports know when they came about, by the node's clock and by the ledger. */
async function addOrigins(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('reconciliations')
    .addColumn('block', 'bigint', (column) => column.notNull().defaultTo(-1))
    .execute();
  // Not as json: a host's words may have any character, also one that the database does not read. In them, quotes have a backslash.
  await sql`
    update reconciliations
    set block = coalesce(substring(report from '"ledger":[{]"block":(-?[0-9]+)')::bigint, -1)
  `.execute(db);
  await db.schema
    .alterTable('reconciled_hosts')
    .addColumn('said_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('doubted', 'boolean', (column) => column.notNull().defaultTo(false))
    .execute();
  await sql`
    update reconciled_hosts set said_at = made_at, doubted = reconciliations.doubted
    from reconciliations where reconciliations.day = reconciled_hosts.day
  `.execute(db);
}

export const RECONCILIATION_MIGRATIONS: Migrations = {
  '0014-reconciliation': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createSupplies(db);
      await createFundingIds(db);
      await createResults(db);
    },
  },
  '0026-reconciliation-waits': {
    async up(db: Kysely<unknown>): Promise<void> {
      // What earlier reports awaited was not kept by itself: those of the last days are made once more.
      await db.schema
        .alterTable('reconciliations')
        .addColumn('waits', 'boolean', (column) => column.notNull().defaultTo(true))
        .addColumn('missing', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
  '0029-results-of-wrong-clocks': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ['reconciliations', 'backings'])
        await db.schema
          .alterTable(table)
          .addColumn('doubted', 'boolean', (column) => column.notNull().defaultTo(false))
          .execute();
    },
  },
  '0030-reconciliation-by-host': { up: createHostParts },
  '0034-origins-of-reports': { up: addOrigins },
};
