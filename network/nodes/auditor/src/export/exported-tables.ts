// SPDX-License-Identifier: Apache-2.0
// Which tables may be taken out of an audit, with their columns, and their rows in the order of the ledger: a part at a time, so that memory
// does not grow with the ledger.
import { sql, type RawBuilder } from 'kysely';
import type { AuditorDatabase } from '../database/schema.js';
import {
  bigint,
  integer,
  optionalInteger,
  text,
  type Column,
  type Columns,
} from '../histories/columns.js';
import { HISTORIES, type HistoryTable } from '../histories/history-table.js';

interface ExportedTable {
  readonly says: string;
  readonly columns: Columns;
  /** Columns that together name a row, in the order of the ledger. */
  readonly key: readonly string[];
}

const IN_TRANSACTION = ['block', 'place', 'number'];

const ofHistories = Object.fromEntries(
  Object.entries<HistoryTable>(HISTORIES).map(([name, { says, columns }]) => [
    name,
    { says, columns, key: IN_TRANSACTION },
  ]),
) as unknown as Readonly<Record<keyof typeof HISTORIES, ExportedTable>>;

/** By name. */
export const EXPORTED = {
  ...ofHistories,
  audited_blocks: {
    says: 'Blocks, and who signed them.',
    columns: {
      number: integer('of the block'),
      hash: text('of its header, hex'),
      previous_hash: text('of the block before; empty in block 0'),
      data_hash: text('of its transactions as they stand there'),
      size: integer('bytes of all transactions'),
      transactions: integer('how many'),
      signers: text('MSP ids and fingerprints of certificates, as JSON'),
    },
    key: ['number'],
  },
  audited_transactions: {
    says: 'All transactions, with the outcome that the peer noted and the one that the rules give.',
    columns: {
      block: integer('number of the block'),
      place: integer('in its block, from 0'),
      id: text('as the block states it'),
      kind: text('call, settings or unreadable'),
      chaincode: text('name'),
      name: text('contract:transaction'),
      msp_id: text('the sender’s organisation'),
      at: bigint('time of the proposal, milliseconds since 1970'),
      noted: integer('Fabric’s number of the outcome that the peer noted'),
      outcome: text('the auditor’s, by Fabric’s name'),
    },
    key: ['block', 'place'],
  },
  findings: {
    says: 'Rules that were broken.',
    columns: {
      block: integer('number of the block'),
      id: text('made from rule, place and subject'),
      rule: text('see audit-rules.md'),
      place: optionalInteger('of the transaction in its block; nothing: the block as a whole'),
      transaction_id: text('as the block states it'),
      subject: text('what it is about'),
      expected: text('what should be'),
      found: text('what is'),
    },
    key: ['block', 'id'],
  },
} as const satisfies Readonly<Record<string, ExportedTable>>;

export type ExportedName = keyof typeof EXPORTED;

export const EXPORTED_NAMES = Object.keys(EXPORTED) as readonly ExportedName[];

/** A row, by the names of its columns. */
export type ExportedRow = Readonly<Record<string, string | number | boolean | null>>;

/** @returns the columns of a table, in their order */
export const columnsOf = (table: ExportedName): (readonly [string, Column])[] =>
  Object.entries((EXPORTED[table] as ExportedTable).columns);

/** Rows that are in memory at once. */
const AT_ONCE = 1_000;

function after(key: readonly string[], last: ExportedRow | undefined): RawBuilder<unknown> {
  if (last === undefined) return sql`true`;
  const names = sql.join(key.map((column) => sql.ref(column)));
  return sql`(${names}) > (${sql.join(key.map((column) => last[column]))})`;
}

/** @yields the rows of a table, some at a time, in the order of the ledger */
export async function* exportedRows(
  db: AuditorDatabase,
  table: ExportedName,
): AsyncGenerator<readonly ExportedRow[], void> {
  const { key }: ExportedTable = EXPORTED[table];
  const order = sql.join(key.map((column) => sql.ref(column)));
  const names = sql.join(columnsOf(table).map(([column]) => sql.ref(column)));
  let last: ExportedRow | undefined;
  do {
    const { rows } = await sql<ExportedRow>`
      select ${names} from ${sql.table(table)} where ${after(key, last)}
      order by ${order} limit ${AT_ONCE}
    `.execute(db);
    if (rows.length > 0) yield rows;
    last = rows.length < AT_ONCE ? undefined : rows.at(-1);
  } while (last !== undefined);
}
