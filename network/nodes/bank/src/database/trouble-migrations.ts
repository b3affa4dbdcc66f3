// SPDX-License-Identifier: Apache-2.0
// Why a funding or pay-out does not go on now, and the reason in the message of a funding that was declined.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';

/** What is looked for each minute, and is rare. */
const SOUGHT = [
  ['fundings', 'trouble'],
  ['pay_outs', 'trouble'],
  ['pay_outs', 'reason'],
] as const;

export const TROUBLE_MIGRATIONS: Migrations = {
  '0015-troubles': {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of ['fundings', 'pay_outs'])
        await db.schema
          .alterTable(table)
          .addColumn('trouble', 'varchar(40)')
          .addColumn('troubled_at', 'bigint')
          .execute();
      for (const [table, column] of SOUGHT)
        await db.schema
          .createIndex(`${table}_by_${column}`)
          .on(table)
          .column(column)
          .where(sql.ref(column), 'is not', null)
          .execute();
      await db.schema.alterTable('messages').addColumn('reason', 'varchar(40)').execute();
    },
  },
};
