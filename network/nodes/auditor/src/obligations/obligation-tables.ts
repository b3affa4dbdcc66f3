// SPDX-License-Identifier: Apache-2.0
// What somebody must do by a time, as the ledger says after the last block. Instants are seconds since 1970.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Debtor, ObligationName, PolicySpan } from '../overdue/index.js';

export interface ObligationTables {
  obligations: {
    kind: ObligationName;
    subject: string;
    since: number;
    waits: PolicySpan | null;
    due_at: number;
    since_block: number;
    debtor_role: Debtor['role'];
    debtor: string;
    currency: string | null;
    /** Minor units. */
    amount: string | null;
  };
}

export const OBLIGATION_MIGRATIONS: Migrations = {
  '0004-obligations': {
    async up(db) {
      await db.schema
        .createTable('obligations')
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('waits', 'text')
        .addColumn('due_at', 'bigint', (column) => column.notNull())
        .addColumn('since_block', 'integer', (column) => column.notNull())
        .addColumn('debtor_role', 'text', (column) => column.notNull())
        .addColumn('debtor', 'text', (column) => column.notNull())
        .addColumn('currency', 'text')
        .addColumn('amount', 'text')
        .addPrimaryKeyConstraint('obligations_key', ['kind', 'subject'])
        .execute();
      await db.schema.createIndex('obligations_due').on('obligations').column('due_at').execute();
    },
  },
};
