// SPDX-License-Identifier: Apache-2.0
// What was found in blocks.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { RuleName } from './finding.js';

export interface FindingTables {
  findings: {
    /** Made from rule, place and subject. */
    id: string;
    rule: RuleName;
    block: number;
    place: number | null;
    transaction_id: string;
    subject: string;
    expected: string;
    found: string;
  };
}

export const FINDING_MIGRATIONS: Migrations = {
  '0003-findings': {
    async up(db) {
      await db.schema
        .createTable('findings')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('rule', 'text', (column) => column.notNull())
        .addColumn('block', 'integer', (column) => column.notNull())
        .addColumn('place', 'integer')
        .addColumn('transaction_id', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('expected', 'text', (column) => column.notNull())
        .addColumn('found', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
