// SPDX-License-Identifier: Apache-2.0
// Whose money was on the ledger at any height, and what banks stated of it.
import type { BackingRule } from '@fabric-offline-pay/domain';
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';

/**
 * What a pocket held after a block that changed it. Every height is kept, so that a statement is compared with the rows of its own block, also
 * when it comes later.
 */
export interface PocketHistoryTable {
  pocket: string;
  block: number;
  /** 1 for an order's own row, which counts instead of its terms for ever; else 0. */
  weight: number;
  /** JSON of `HeldMoney[]`. */
  holds: string;
}

/** The bank that pays a payee from a block on. */
export interface PayeeBankTable {
  payee_id: string;
  block: number;
  bank_id: string;
}

/** Rules of a statement that the auditor checks beside those of the domain. */
export type StatementRule = BackingRule | 'signature' | 'height';

export interface BackingStatementTable {
  /** SHA-256 of the signed statement, hex. */
  digest: string;
  bank_id: string;
  day: string;
  /** At which it holds. */
  block: number;
  /** Base64 of the COSE_Sign1. */
  statement: string;
  /** PEM. */
  certificate: string;
  /** Hex. */
  seed: string;
  /** Milliseconds since 1970. */
  reported_at: number;
  /** `waits` until its block was audited. A `false` one differs from the ledger or is not the bank's. */
  state: 'waits' | 'right' | 'false';
}

export interface BackingDifferenceTable {
  digest: string;
  rule: StatementRule;
  /** Empty where it is about the statement as a whole. */
  currency: string;
  expected: string;
  found: string;
}

/** The SHA-256 of each block's header, hex. */
export interface BlockHashTable {
  block: number;
  hash: string;
}

export interface BackingTables {
  block_hashes: BlockHashTable;
  pocket_history: PocketHistoryTable;
  payee_banks: PayeeBankTable;
  backing_statements: BackingStatementTable;
  backing_differences: BackingDifferenceTable;
}

async function createHistory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('block_hashes')
    .addColumn('block', 'integer', (column) => column.primaryKey())
    .addColumn('hash', 'varchar(64)', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('pocket_history')
    .addColumn('pocket', 'text', (column) => column.notNull())
    .addColumn('block', 'integer', (column) => column.notNull())
    .addColumn('weight', 'integer', (column) => column.notNull())
    .addColumn('holds', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('pocket_history_key', ['pocket', 'block'])
    .execute();
  await db.schema
    .createTable('payee_banks')
    .addColumn('payee_id', 'text', (column) => column.notNull())
    .addColumn('block', 'integer', (column) => column.notNull())
    .addColumn('bank_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('payee_banks_key', ['payee_id', 'block'])
    .execute();
}

async function createStatements(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('backing_statements')
    .addColumn('digest', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('bank_id', 'text', (column) => column.notNull())
    .addColumn('day', 'varchar(10)', (column) => column.notNull())
    .addColumn('block', 'integer', (column) => column.notNull())
    .addColumn('statement', 'text', (column) => column.notNull())
    .addColumn('certificate', 'text', (column) => column.notNull())
    .addColumn('seed', 'varchar(64)', (column) => column.notNull())
    .addColumn('reported_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'varchar(8)', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('backing_statements_by_bank')
    .on('backing_statements')
    .columns(['bank_id', 'day'])
    .execute();
  await db.schema
    .createTable('backing_differences')
    .addColumn('digest', 'varchar(64)', (column) =>
      column.notNull().references('backing_statements.digest'),
    )
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('expected', 'text', (column) => column.notNull())
    .addColumn('found', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('backing_differences_key', ['digest', 'rule', 'currency'])
    .execute();
}

export const BACKING_MIGRATIONS: Migrations = {
  '0021-backing': {
    async up(db: Kysely<unknown>) {
      await createHistory(db);
      await createStatements(db);
    },
  },
};
