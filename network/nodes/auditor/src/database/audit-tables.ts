// SPDX-License-Identifier: Apache-2.0
// What an audit keeps to go on from, and the transactions that it judged. Instants are milliseconds since 1970.
import type { Migrations } from '@fabric-offline-pay/node-common/node';

export interface AuditTables {
  /** One row: the rules in force after the last block, and what is carried along. */
  audit_state: {
    id: number;
    /** Fabric's `ConfigEnvelope`. */
    settings: Buffer;
    channel: string;
    /** The block that brought the settings. */
    settings_block: number;
    /** JSON of `MoneyTotals`. */
    money: string;
    /** JSON of `PolicySpans`. */
    spans: string;
    /** JSON of hashes in hex: from which the next block's commit hash can come. */
    commit_hashes: string;
  };
  audited_transactions: {
    block: number;
    /** Place in the block, from 0. */
    place: number;
    id: string;
    /** `call`, `settings` or `unreadable`. */
    kind: string;
    chaincode: string;
    /** `contract:transaction`, where the chaincode is the audited one. */
    name: string;
    msp_id: string;
    at: number;
    /** What the peer noted: Fabric's number. */
    noted: number;
    /** What the auditor's own rules give: Fabric's name. */
    outcome: string;
  };
  /** At most one row: the block with which the audit ended, because it says nothing about this ledger. */
  audit_stops: { block: number; finding: string };
}

export const AUDIT_MIGRATIONS: Migrations = {
  '0003-audit': {
    async up(db) {
      await db.schema
        .createTable('audit_state')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('settings', 'bytea', (column) => column.notNull())
        .addColumn('channel', 'text', (column) => column.notNull())
        .addColumn('settings_block', 'integer', (column) => column.notNull())
        .addColumn('money', 'text', (column) => column.notNull())
        .addColumn('spans', 'text', (column) => column.notNull())
        .addColumn('commit_hashes', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('audited_transactions')
        .addColumn('block', 'integer', (column) => column.notNull())
        .addColumn('place', 'integer', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('chaincode', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('msp_id', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('noted', 'integer', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('audited_transactions_key', ['block', 'place'])
        .execute();
      await db.schema
        .createIndex('audited_transactions_id')
        .on('audited_transactions')
        .column('id')
        .execute();
      await db.schema
        .createTable('audit_stops')
        .addColumn('block', 'integer', (column) => column.primaryKey())
        .addColumn('finding', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
