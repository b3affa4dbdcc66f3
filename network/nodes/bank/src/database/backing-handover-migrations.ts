// SPDX-License-Identifier: Apache-2.0
// Makes the table of statements of backing that auditors have.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

export const BACKING_HANDOVER_MIGRATIONS: Migrations = {
  '0036-backing-handovers': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('backing_handovers')
        .addColumn('auditor', 'text', (column) => column.notNull())
        .addColumn('day', 'varchar(10)', (column) => column.notNull())
        .addColumn('made_at', 'bigint', (column) => column.notNull())
        .addColumn('handed_at', 'bigint', (column) => column.notNull())
        .addColumn('result', 'varchar(20)', (column) => column.notNull())
        .addPrimaryKeyConstraint('backing_handovers_key', ['auditor', 'day', 'made_at'])
        .execute();
    },
  },
};
