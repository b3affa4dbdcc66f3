// SPDX-License-Identifier: Apache-2.0
// Makes the tables of `statement-tables.ts`. Only append.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { CreateTableBuilder, Kysely } from 'kysely';

type Table = CreateTableBuilder<string, string>;

const customer = (table: Table) =>
  table.addColumn('customer_id', 'varchar(64)', (column) => column.notNull());

const inCurrency = (table: Table) =>
  customer(table).addColumn('currency', 'varchar(3)', (column) => column.notNull());

const order = (table: Table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull());

/** Sums of amounts, signed: longer than an amount. */
const sums = (table: Table, ...names: readonly string[]) =>
  names.reduce(
    (before, name) => before.addColumn(name, 'varchar(40)', (column) => column.notNull()),
    table,
  );

const counts = (table: Table, ...names: readonly string[]) =>
  names.reduce(
    (before, name) => before.addColumn(name, 'bigint', (column) => column.notNull()),
    table,
  );

const owners = (table: Table) =>
  counts(
    table.addColumn('customer_id', 'varchar(64)', (column) => column.primaryKey()),
    'opened_at',
  );

const totals = (table: Table) =>
  counts(
    sums(inCurrency(table), 'booked', 'available', 'held', 'reserved'),
    'booked_at',
  ).addPrimaryKeyConstraint('account_totals_key', ['customer_id', 'currency']);

/** The key is the order of statements, so that a page is read from one place of one index. */
const ENTRY_KEY = ['customer_id', 'currency', 'booked_at', 'block', 'place', 'part'] as const;

const entries = (table: Table) =>
  sums(
    counts(inCurrency(table), 'booked_at', 'block')
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('part', 'integer', (column) => column.notNull())
      .addColumn('transaction_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('kind', 'varchar(16)', (column) => column.notNull())
      .addColumn('merchant_id', 'varchar(64)')
      .addColumn('order_number', 'varchar(64)')
      .addColumn('reference', 'varchar(160)'),
    'amount',
    'moved',
    'balance',
    'available',
  ).addPrimaryKeyConstraint('account_entries_key', [...ENTRY_KEY]);

const orders = (table: Table) =>
  counts(
    sums(inCurrency(order(table)), 'authorised', 'captured', 'voided', 'refunded')
      .addColumn('captures', 'text', (column) => column.notNull())
      .addColumn('refunds', 'text', (column) => column.notNull())
      .addColumn('is_open', 'boolean', (column) => column.notNull()),
    'placed_at',
    'expires_at',
  ).addPrimaryKeyConstraint('account_orders_key', ['merchant_id', 'order_number']);

const reserves = (table: Table) =>
  counts(
    sums(
      inCurrency(table)
        .addColumn('device_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('epoch', 'integer', (column) => column.notNull())
        .addColumn('status', 'varchar(8)', (column) => column.notNull()),
      'funded',
      'settled',
      'returned',
      'per_payment',
    ),
    'spend_until',
    'claim_until',
  ).addPrimaryKeyConstraint('account_reserves_key', ['customer_id', 'device_id', 'epoch']);

const devices = (table: Table) =>
  counts(
    customer(table)
      .addColumn('device_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('status', 'varchar(8)', (column) => column.notNull()),
    'registered_at',
  ).addPrimaryKeyConstraint('account_devices_key', ['customer_id', 'device_id']);

const refunds = (table: Table) =>
  sums(
    customer(table).addColumn('voucher', 'varchar(200)', (column) => column.primaryKey()),
    'refunded',
  );

const debts = (table: Table) =>
  sums(inCurrency(order(table)), 'amount').addPrimaryKeyConstraint('account_debts_key', [
    'merchant_id',
    'currency',
    'order_number',
  ]);

const TABLES = {
  account_owners: owners,
  account_totals: totals,
  account_entries: entries,
  account_orders: orders,
  account_reserves: reserves,
  account_devices: devices,
  account_refunds: refunds,
  account_debts: debts,
};

/** For pages of one kind or one merchant: without them a page would be sought among all entries of the account. */
const INDEXES = [
  {
    name: 'account_entries_by_kind',
    on: 'account_entries',
    columns: ['customer_id', 'currency', 'kind', 'booked_at', 'block', 'place', 'part'],
  },
  {
    name: 'account_entries_by_merchant',
    on: 'account_entries',
    columns: ['customer_id', 'currency', 'merchant_id', 'booked_at', 'block', 'place', 'part'],
  },
  {
    name: 'account_orders_by_customer',
    on: 'account_orders',
    columns: ['customer_id', 'is_open', 'placed_at'],
  },
];

export const STATEMENT_MIGRATIONS: Migrations = {
  '0007-statements': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const [name, columns] of Object.entries(TABLES))
        await columns(db.schema.createTable(name)).execute();
      for (const { name, on, columns } of INDEXES)
        await db.schema.createIndex(name).on(on).columns(columns).execute();
    },
  },
};
