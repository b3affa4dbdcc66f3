// SPDX-License-Identifier: Apache-2.0
// The height of the ledger that a node's tables stand at.
import { sql } from 'kysely';
import type { PositionTables } from '../follower/position.js';
import type { AnyDatabase } from '../jobs/queue-table.js';
import type { LedgerHeight } from './account-statement.js';

type Row = Pick<PositionTables['ledger_position'], 'next_block' | 'last_hash'>;

/** @param db the database, or a transaction on it @returns block -1 when nothing was read yet */
export async function ledgerHeight(db: AnyDatabase): Promise<LedgerHeight> {
  const { rows } = await sql<Row>`select next_block, last_hash from ledger_position`.execute(db);
  const [row] = rows;
  return { block: (row?.next_block ?? 0) - 1, hash: row?.last_hash ?? '' };
}
