// SPDX-License-Identifier: Apache-2.0
// Findings that somebody has looked at. What is acknowledged is what a finding says: when it says something else, it is open again.
import type { Migrations } from '@fabric-offline-pay/node-common/node';

export interface AcknowledgementTables {
  acknowledgements: {
    /** Of the finding. */
    finding_id: string;
    /** Digest of what it said then. */
    content: string;
    reason: string;
    /** The name in the certificate of whoever acknowledged it. */
    by: string;
    /** Milliseconds since 1970. */
    at: number;
  };
}

export const ACKNOWLEDGEMENT_MIGRATIONS: Migrations = {
  '0005-acknowledgements': {
    async up(db) {
      await db.schema
        .createTable('acknowledgements')
        .addColumn('finding_id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('content', 'varchar(64)', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('by', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};
