// SPDX-License-Identifier: Apache-2.0
// Makes the table of operator alerts.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

export const ALERT_MIGRATIONS: Migrations = {
  '0012-alerts': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('alerts')
        .addColumn('kind', 'varchar(20)', (column) => column.notNull())
        .addColumn('subject', 'varchar(256)', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('opened_at', 'bigint', (column) => column.notNull())
        .addColumn('acknowledged_by', 'text')
        .addColumn('acknowledged_at', 'bigint')
        .addColumn('escalated_at', 'bigint')
        .addColumn('closed_at', 'bigint')
        .addPrimaryKeyConstraint('alerts_key', ['kind', 'subject', 'number'])
        .execute();
      await db.schema
        .createIndex('alerts_by_end')
        .on('alerts')
        .columns(['closed_at', 'opened_at'])
        .execute();
      await db.schema.createIndex('codes_by_time').on('codes').column('created_at').execute();
    },
  },
};
