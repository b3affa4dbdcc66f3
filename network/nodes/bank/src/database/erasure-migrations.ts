// SPDX-License-Identifier: Apache-2.0
// When a customer was erased: from then on nobody logs in as it, and nothing more is noted of it.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

export const ERASURE_MIGRATIONS: Migrations = {
  '0020-erased-customers': {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('customers').addColumn('erased_at', 'bigint').execute();
    },
  },
};
