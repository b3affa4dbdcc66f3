// SPDX-License-Identifier: Apache-2.0
// Makes the tables of habits and of feedback. Only append.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { CreateTableBuilder, Kysely } from 'kysely';
import { FEEDBACK_INDEXES, FEEDBACK_TABLES } from '../../feedback/tables/create-tables.js';

type Table = CreateTableBuilder<string, string>;

const GOODS = 'varchar(80)';

const purchases = (table: Table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('block', 'bigint', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('goods', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('habit_purchases_key', ['merchant_id', 'order_number']);

const items = (table: Table) =>
  table
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('goods_id', GOODS, (column) => column.notNull())
    .addColumn('times', 'integer', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('habit_items_key', ['customer_id', 'goods_id']);

const pairs = (table: Table) =>
  table
    .addColumn('goods_id', GOODS, (column) => column.notNull())
    .addColumn('other_id', GOODS, (column) => column.notNull())
    .addColumn('weight', 'numeric', (column) => column.notNull())
    .addPrimaryKeyConstraint('habit_pairs_key', ['goods_id', 'other_id']);

const goods = (table: Table) =>
  table
    .addColumn('goods_id', GOODS, (column) => column.primaryKey())
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('gtin', 'varchar(14)', (column) => column.notNull())
    .addColumn('category', 'varchar(8)', (column) => column.notNull())
    .addColumn('family', 'varchar(4)', (column) => column.notNull())
    .addColumn('currency', 'varchar(3)', (column) => column.notNull())
    .addColumn('price', 'varchar(18)', (column) => column.notNull())
    .addColumn('withdrawn', 'boolean', (column) => column.notNull())
    .addColumn('rating', 'text', (column) => column.notNull())
    .addColumn('weight', 'numeric', (column) => column.notNull());

const fleets = (table: Table) =>
  table
    .addColumn('logistics_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('couriers', 'text', (column) => column.notNull());

const rules = (table: Table) =>
  table
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('rules', 'text', (column) => column.notNull());

const choices = (table: Table) =>
  table
    .addColumn('customer_id', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('opted_out', 'boolean', (column) => column.notNull())
    .addColumn('from_block', 'bigint', (column) => column.notNull());

const TABLES = {
  habit_purchases: purchases,
  habit_items: items,
  habit_pairs: pairs,
  habit_goods: goods,
  habit_fleets: fleets,
  habit_rules: rules,
  habit_choices: choices,
  ...FEEDBACK_TABLES,
};

const INDEXES = [
  {
    name: 'habit_purchases_by_customer',
    on: 'habit_purchases',
    columns: ['customer_id', 'block', 'place', 'part'],
  },
  { name: 'habit_items_by_time', on: 'habit_items', columns: ['customer_id', 'last_at'] },
  { name: 'habit_pairs_by_weight', on: 'habit_pairs', columns: ['goods_id', 'weight'] },
  { name: 'habit_goods_by_weight', on: 'habit_goods', columns: ['weight'] },
  { name: 'habit_goods_by_family', on: 'habit_goods', columns: ['family', 'weight'] },
  ...FEEDBACK_INDEXES,
];

export const HABIT_MIGRATIONS: Migrations = {
  '0008-habits': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const [name, columns] of Object.entries(TABLES))
        await columns(db.schema.createTable(name)).execute();
      for (const { name, on, columns } of INDEXES)
        await db.schema.createIndex(name).on(on).columns(columns).execute();
    },
  },
};
