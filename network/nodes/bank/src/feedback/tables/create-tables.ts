// SPDX-License-Identifier: Apache-2.0
// The columns of `feedback-tables.ts`, for the migration that makes them.
import type { CreateTableBuilder } from 'kysely';

type Table = CreateTableBuilder<string, string>;

const ratings = (table: Table) =>
  table
    .addColumn('subject', 'varchar(8)', (column) => column.notNull())
    .addColumn('owner', 'varchar(64)', (column) => column.notNull())
    .addColumn('subject_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('customer_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('stars', 'integer', (column) => column.notNull())
    .addColumn('defect', 'boolean', (column) => column.notNull())
    .addColumn('waiting', 'boolean', (column) => column.notNull())
    .addPrimaryKeyConstraint('feedback_ratings_key', [
      'subject',
      'owner',
      'subject_id',
      'customer_id',
    ]);

const deliveries = (table: Table) =>
  table
    .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
    .addColumn('logistics_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('courier_id', 'varchar(64)', (column) => column.notNull())
    .addColumn('outcome', 'varchar(11)')
    .addColumn('late', 'boolean', (column) => column.notNull())
    .addPrimaryKeyConstraint('feedback_deliveries_key', ['merchant_id', 'order_number']);

export const FEEDBACK_TABLES = { feedback_ratings: ratings, feedback_deliveries: deliveries };

export const FEEDBACK_INDEXES = [
  { name: 'feedback_waiting', on: 'feedback_ratings', columns: ['waiting', 'subject', 'owner'] },
  {
    name: 'feedback_by_courier',
    on: 'feedback_deliveries',
    columns: ['logistics_id', 'courier_id'],
  },
];
