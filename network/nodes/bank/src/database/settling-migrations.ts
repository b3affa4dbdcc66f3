// SPDX-License-Identifier: Apache-2.0
// Makes the tables of settling.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

export const SETTLING_MIGRATIONS: Migrations = {
  '0010-settling': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('settling_orders')
        .addColumn('merchant_id', 'varchar(64)', (column) => column.notNull())
        .addColumn('order_number', 'varchar(64)', (column) => column.notNull())
        .addColumn('is_open', 'boolean', (column) => column.notNull())
        .addColumn('is_stored', 'boolean', (column) => column.notNull())
        .addPrimaryKeyConstraint('settling_orders_key', ['merchant_id', 'order_number'])
        .execute();
      await db.schema
        .createTable('claim_agreements')
        .addColumn('merchant_id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('automatic', 'boolean', (column) => column.notNull())
        .execute();
    },
  },
};
