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

const rowOf = ({ nextBlock, lastHash, firstHash }: LedgerPosition) => ({
  next_block: nextBlock,
  last_hash: lastHash,
  first_hash: firstHash,
});

const positionRow = (db: Kysely<PositionTables>) =>
  db.selectFrom('ledger_position').selectAll().where('id', '=', ID);

const positionOf = (row: PositionTables['ledger_position']): LedgerPosition => ({
  nextBlock: row.next_block,
  lastHash: row.last_hash,
  firstHash: row.first_hash,
});

/** @returns the beginning of the ledger when nothing was read yet */
export async function readPosition(db: Kysely<PositionTables>): Promise<LedgerPosition> {
  const row = await positionRow(db).executeTakeFirst();
  return row === undefined ? BEGINNING : positionOf(row);
}

/**
 * The same, and nobody else can lock or move it until the transaction has ended. To be called before anything else in the transaction, so
 * that what follows sees what the one before has written.
 */
export async function lockPosition(transaction: Kysely<PositionTables>): Promise<LedgerPosition> {
  const lock = () => positionRow(transaction).forUpdate().executeTakeFirst();
  const row = await lock();
  if (row !== undefined) return positionOf(row);
  await transaction
    .insertInto('ledger_position')
    .values({ id: ID, ...rowOf(BEGINNING) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const made = await lock();
  return made === undefined ? BEGINNING : positionOf(made);
}

/** In a transaction that has locked it. */
export async function writePosition(
  transaction: Kysely<PositionTables>,
  position: LedgerPosition,
): Promise<void> {
  await transaction
    .updateTable('ledger_position')
    .set(rowOf(position))
    .where('id', '=', ID)
    .execute();
}
