// SPDX-License-Identifier: Apache-2.0
// Transactions and blocks, decoded: what stands in them, what the peer noted of them and what the auditor's own rules give.
import { sql } from 'kysely';
import { outcomeName } from '../checks/outcomes.js';
import type { AuditTables } from '../database/audit-tables.js';
import type { AuditorDatabase } from '../database/schema.js';
import {
  unpacked,
  type BlockSigner,
  type TransactionContent,
} from '../histories/transaction-content.js';
import { all, inRange, type Page, type Range } from './read-history.js';

/** A transaction in a list. */
export interface ListedTransaction {
  readonly block: number;
  readonly place: number;
  readonly transactionId: string;
  /** `call`, `settings` or `unreadable`. */
  readonly kind: string;
  readonly chaincode: string;
  readonly name: string;
  readonly mspId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Fabric's names. */
  readonly noted: string;
  readonly outcome: string;
}

export interface DecodedTransaction extends ListedTransaction {
  readonly content: TransactionContent;
}

type Row = AuditTables['audited_transactions'];

const listed = (row: Row): ListedTransaction => ({
  ...{ block: row.block, place: row.place, transactionId: row.id, kind: row.kind },
  ...{ chaincode: row.chaincode, name: row.name, mspId: row.msp_id, at: row.at },
  ...{ noted: outcomeName(row.noted), outcome: row.outcome },
});

/** An id that is used again is shown so often; more than that is an attack on whoever reads. */
const MOST_OF_ONE_ID = 10;

/** @returns all transactions of this id, in the order of the ledger; the first is the one that counts */
export async function readTransaction(
  db: AuditorDatabase,
  id: string,
): Promise<DecodedTransaction[]> {
  const { rows } = await sql<Row & { readonly content: Buffer }>`
    select audited_transactions.*, content from audited_transactions
    join transaction_contents using (block, place)
    where id = ${id} order by block, place limit ${MOST_OF_ONE_ID}
  `.execute(db);
  return rows.map((row) => ({ ...listed(row), content: unpacked(row.content) }));
}

export interface TransactionsAsked {
  readonly name?: string | undefined;
  readonly mspId?: string | undefined;
  readonly range: Range;
  readonly page: Page;
}

function afterPlace(after: string | undefined) {
  const [, block, place] = /^(\d{1,9})~(\d{1,9})$/.exec(after ?? '') ?? [];
  return block === undefined || place === undefined
    ? []
    : [sql`(block, place) > (${Number(block)}, ${Number(place)})`];
}

/** @returns a page in the order of the ledger */
export async function listTransactions(
  db: AuditorDatabase,
  { name, mspId, range, page: { after, limit } }: TransactionsAsked,
): Promise<{ readonly transactions: ListedTransaction[]; readonly next: string | null }> {
  const conditions = [
    ...[...inRange(range), ...afterPlace(after)],
    ...(name === undefined ? [] : [sql`name = ${name}`]),
    ...(mspId === undefined ? [] : [sql`msp_id = ${mspId}`]),
  ];
  const { rows } = await sql<Row>`
    select * from audited_transactions where ${all(conditions)}
    order by block, place limit ${limit + 1}
  `.execute(db);
  const last = rows[limit - 1];
  return {
    transactions: rows.slice(0, limit).map(listed),
    next: rows.length > limit && last ? `${last.block.toString()}~${last.place.toString()}` : null,
  };
}

export interface ShownBlock {
  readonly block: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly dataHash: string;
  /** Bytes of all transactions. */
  readonly size: number;
  readonly signers: readonly BlockSigner[];
  readonly transactions: readonly ListedTransaction[];
}

/** @returns undefined for a block that was not audited */
export async function readBlock(
  db: AuditorDatabase,
  block: number,
): Promise<ShownBlock | undefined> {
  const row = await db
    .selectFrom('audited_blocks')
    .selectAll()
    .where('number', '=', block)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const transactions = await db
    .selectFrom('audited_transactions')
    .selectAll()
    .where('block', '=', block)
    .orderBy('place')
    .execute();
  return {
    ...{ block, hash: row.hash, previousHash: row.previous_hash, dataHash: row.data_hash },
    ...{ size: row.size, signers: JSON.parse(row.signers) as BlockSigner[] },
    transactions: transactions.map(listed),
  };
}
