// SPDX-License-Identifier: Apache-2.0
// Makes the tables of automatic deduction.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type CreateTableBuilder, type Kysely } from 'kysely';

const withOrder = <Table extends string>(table: CreateTableBuilder<Table>) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull());

async function createInstruments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('instruments')
    .addColumn('token', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('kind', 'varchar(8)', (column) => column.notNull())
    .addColumn('linked_in', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('instruments_by_customer')
    .on('instruments')
    .columns(['customer_id', 'linked_in'])
    .execute();
  await db.schema
    .createTable('funding_choices')
    .addColumn('customer_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('token', 'varchar(64)')
    .execute();
}

async function createFundings(db: Kysely<unknown>): Promise<void> {
  await withOrder(db.schema.createTable('fundings'))
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('total', 'varchar(18)', (column) => column.notNull())
    .addColumn('state', 'varchar(8)', (column) => column.notNull())
    .addColumn('refusal', 'varchar(40)')
    .addColumn('asked_at', 'bigint', (column) => column.notNull())
    .addColumn('is_waiting', 'boolean', (column) => column.notNull().defaultTo(true))
    .addColumn('wanted', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('handled', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('fundings_key', ['merchant_id', 'order_number'])
    .execute();
  await db.schema
    .createIndex('fundings_by_customer')
    .on('fundings')
    .columns(['customer_id', 'asked_at'])
    .execute();
  await withOrder(db.schema.createTable('funding_legs'))
    .addColumn('leg', 'integer', (column) => column.notNull())
    .addColumn('token', 'varchar(64)', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('state', 'varchar(10)', (column) => column.notNull())
    .addPrimaryKeyConstraint('funding_legs_key', ['merchant_id', 'order_number', 'leg'])
    .execute();
  await withOrder(db.schema.createTable('funding_moves'))
    .addColumn('leg', 'integer', (column) => column.notNull())
    .addColumn('kind', 'varchar(8)', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('amount', 'varchar(18)', (column) => column.notNull())
    .addColumn('state', 'varchar(9)', (column) => column.notNull())
    .addPrimaryKeyConstraint('funding_moves_key', [
      ...(['merchant_id', 'order_number', 'leg', 'kind', 'number'] as const),
    ])
    .execute();
}

/** Until then an order number was funded for one customer. */
async function addCustomer(db: Kysely<unknown>, table: string): Promise<void> {
  await db.schema.alterTable(table).addColumn('customer_id', 'varchar(64)').execute();
  await sql`
    update ${sql.table(table)} as part set customer_id = f.customer_id from fundings f
    where f.merchant_id = part.merchant_id and f.order_number = part.order_number`.execute(db);
  await db.schema
    .alterTable(table)
    .alterColumn('customer_id', (column) => column.setNotNull())
    .execute();
}

/** What is looked for often among all fundings, and is rare: what is to be looked at, and what has not held its money yet. */
const SOUGHT = [
  ['fundings_wanted', 'customer_id', sql<boolean>`wanted > handled`],
  ['fundings_waiting', 'asked_at', sql<boolean>`is_waiting`],
] as const;

/** Without them each look reads the fundings of all customers. */
async function createIndexes(db: Kysely<unknown>): Promise<void> {
  for (const [name, column, where] of SOUGHT)
    await db.schema.createIndex(name).on('fundings').column(column).where(where).execute();
  await db.schema
    .createIndex('fundings_by_time')
    .on('fundings')
    .columns(['asked_at', 'merchant_id', 'order_number', 'customer_id'])
    .execute();
  await db.schema
    .createIndex('funding_moves_leaving')
    .on('funding_moves')
    .column('customer_id')
    .where(sql<boolean>`state = 'planned'`)
    .execute();
}

/**
 * What `0024` made waiting again may be paid long since: counted until the clock finds it, it would have the customer's next order deduct what
 * the account has. Looked at before that order, it counts no longer than the ledger says.
 */
async function wantWaiting(db: Kysely<unknown>): Promise<void> {
  await sql`update fundings set wanted = wanted + 1 where is_waiting and state = 'ready'`.execute(
    db,
  );
}

export const FUNDING_MIGRATIONS: Migrations = {
  '0009-funding': {
    async up(db: Kysely<unknown>): Promise<void> {
      await createInstruments(db);
      await createFundings(db);
    },
  },
  '0019-funding-attempts': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .alterTable('funding_moves')
        .addColumn('attempt', 'integer', (column) => column.notNull().defaultTo(1))
        .addColumn('host_key', 'varchar(200)')
        .execute();
    },
  },
  '0022-fundings-of-customers': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ['funding_legs', 'funding_moves']) await addCustomer(db, table);
      await db.schema.alterTable('fundings').dropConstraint('fundings_key').execute();
      await db.schema
        .alterTable('fundings')
        .addPrimaryKeyConstraint('fundings_key', ['merchant_id', 'order_number', 'customer_id'])
        .execute();
    },
  },
  // Noted as if the account had had enough, they were never followed: the clock looks at them again.
  '0024-fundings-with-money': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        update fundings as f set state = 'ready', is_waiting = true
        where state = 'unneeded' and exists (
          select 1 from funding_legs leg where leg.merchant_id = f.merchant_id and leg.order_number = f.order_number
            and leg.customer_id = f.customer_id and leg.state = 'issued')`.execute(db);
    },
  },
  '0025-placed-orders': {
    async up(db: Kysely<unknown>): Promise<void> {
      await withOrder(db.schema.createTable('placed_orders'))
        .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
        .addPrimaryKeyConstraint('placed_orders_key', [
          ...(['merchant_id', 'order_number', 'customer_id'] as const),
        ])
        .execute();
    },
  },
  '0031-fundings-of-many': { up: createIndexes },
  '0032-waiting-fundings': { up: wantWaiting },
};
