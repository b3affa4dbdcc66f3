// SPDX-License-Identifier: Apache-2.0
// Numbers the changes of alerts, so that a page that was away learns what it has missed.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';

export const ALERT_CHANGE_MIGRATIONS: Migrations = {
  '0016-alert-changes': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`create sequence alert_changes`.execute(db);
      await db.schema
        .alterTable('alerts')
        .addColumn('change', 'bigint', (column) =>
          column.notNull().defaultTo(sql`nextval('alert_changes')`),
        )
        .execute();
      await db.schema
        .createIndex('alerts_by_change')
        .unique()
        .on('alerts')
        .column('change')
        .execute();
    },
  },
};
