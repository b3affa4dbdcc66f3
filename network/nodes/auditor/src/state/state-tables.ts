// SPDX-License-Identifier: Apache-2.0
// The state as peers keep it: rows of all chaincodes, and the hashes of private rows, each with the place where it was written.
import type { Migrations } from '@fabric-offline-pay/node-common/node';

export interface StateTables {
  ledger_rows: {
    /** A chaincode, or one of its collections of hashes. */
    namespace: string;
    /** UTF-8; the hash of a private key. */
    key: Buffer;
    /** The hash of a private value. */
    value: Buffer;
    block: number;
    tx: number;
  };
  /** One row: the sum of all rows' values, after the last block. */
  ledger_digest: { id: number; sum: Buffer };
  /** The state after a block. Not after each: after each that ended a database transaction. */
  state_digests: { block: number; digest: string };
}

export const STATE_MIGRATIONS: Migrations = {
  '0002-state': {
    async up(db) {
      await db.schema
        .createTable('ledger_rows')
        .addColumn('namespace', 'text', (column) => column.notNull())
        .addColumn('key', 'bytea', (column) => column.notNull())
        .addColumn('value', 'bytea', (column) => column.notNull())
        .addColumn('block', 'integer', (column) => column.notNull())
        .addColumn('tx', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('ledger_rows_key', ['namespace', 'key'])
        .execute();
      await db.schema
        .createTable('ledger_digest')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('sum', 'bytea', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('state_digests')
        .addColumn('block', 'integer', (column) => column.primaryKey())
        .addColumn('digest', 'varchar(64)', (column) => column.notNull())
        .execute();
    },
  },
};
