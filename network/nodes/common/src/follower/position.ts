// SPDX-License-Identifier: Apache-2.0
// How far a node's tables follow the ledger: one row, written in the same database transaction as what a block caused.
import type { Kysely } from 'kysely';
import type { FollowedTablesTables } from './followed-tables.js';

/** The tables that a follower keeps for itself. */
export interface PositionTables extends FollowedTablesTables {
  /** {@link createPosition} makes it. */
  ledger_position: {
    /** Always 1. */
    id: number;
    /** Number of the first block that is not in the tables. */
    next_block: number;
    /** Hash of the block before it, hex; empty when there is none. */
    last_hash: string;
    /** Hash of block 0, hex: which ledger it is. Empty before the first block. */
    first_hash: string;
  };
}

/** A step of the node's migrations. */
export async function createPosition(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledger_position')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('next_block', 'bigint', (column) => column.notNull())
    .addColumn('last_hash', 'varchar(64)', (column) => column.notNull())
    .addColumn('first_hash', 'varchar(64)', (column) => column.notNull())
    .execute();
}

/** Where a follower stands. */
export interface LedgerPosition {
  readonly nextBlock: number;
  readonly lastHash: string;
  readonly firstHash: string;
}

/** Nothing was read yet. */
export const BEGINNING: LedgerPosition = { nextBlock: 0, lastHash: '', firstHash: '' };

const ID = 1;

/** @returns the beginning of the ledger when nothing was read yet */
export async function readPosition(db: Kysely<PositionTables>): Promise<LedgerPosition> {
  const row = await db
    .selectFrom('ledger_position')
    .selectAll()
    .where('id', '=', ID)
    .executeTakeFirst();
  return row === undefined
    ? BEGINNING
    : { nextBlock: row.next_block, lastHash: row.last_hash, firstHash: row.first_hash };
}

export async function writePosition(
  db: Kysely<PositionTables>,
  { nextBlock, lastHash, firstHash }: LedgerPosition,
): Promise<void> {
  const moved = { next_block: nextBlock, last_hash: lastHash, first_hash: firstHash };
  await db
    .insertInto('ledger_position')
    .values({ id: ID, ...moved })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(moved))
    .execute();
}
