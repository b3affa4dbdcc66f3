// SPDX-License-Identifier: Apache-2.0
// Keeps the histories in step with the blocks, in their database transaction.
import { addRows } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';
import type { RawBlock } from '../blocks/raw-block.js';
import type { Finding } from '../findings/finding.js';
import type { StateTables } from '../state/state-tables.js';
import { alarmEntries, disputeEntries, fraudEntries } from './case-entries.js';
import {
  definitionEntries,
  participantEntries,
  settingEntries,
  voteEntries,
} from './channel-entries.js';
import { checkFrauds, type FraudVerdicts } from './check-frauds.js';
import type { ContentTables } from './history-migrations.js';
import {
  HISTORY_NAMES,
  type HistoryName,
  type HistoryRow,
  type HistoryTables,
  type OwnRow,
} from './history-table.js';
import { moneyEntries, supplyEntries } from './money-entries.js';
import { orderEntries } from './order-entries.js';
import { seenTransaction, type Audited, type SeenTransaction } from './seen-transaction.js';
import { contentOf, packed, signerOf } from './transaction-content.js';

const NO_VERDICTS: ReadonlyMap<string, string> = new Map();

type Entries<Name extends HistoryName> = (
  seen: SeenTransaction,
  verdicts: FraudVerdicts,
) => OwnRow<Name>[];

/** What a transaction adds to each table. */
const ENTRIES: { readonly [Name in HistoryName]: Entries<Name> } = {
  money_changes: moneyEntries,
  order_steps: orderEntries,
  alarms: alarmEntries,
  disputes: disputeEntries,
  frauds: (seen, verdicts) => fraudEntries(seen, verdicts.get(seen) ?? NO_VERDICTS),
  supplies: supplyEntries,
  votes: voteEntries,
  participants: participantEntries,
  settings: settingEntries,
  definitions: definitionEntries,
};

const placed = <Name extends HistoryName>(
  { block, transaction, name, sender }: SeenTransaction,
  own: OwnRow<Name>,
  number: number,
): HistoryRow<Name> =>
  ({
    ...{ block, place: transaction.index, number, transaction_id: transaction.id },
    ...{ at: transaction.at, name },
    ...{ by_msp: sender.mspId, by_role: sender.role, by_actor: sender.actor },
    ...own,
  }) as HistoryRow<Name>;

/** Texts of a database hold no zero byte and no half of a character; whoever wrote a block may have put one anywhere. */
const storable = <Row extends object>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]: [string, unknown]) => [
      column,
      typeof value === 'string'
        ? value.replaceAll('\u0000', '\ufffd').replaceAll(/\p{Surrogate}/gu, '\ufffd')
        : value,
    ]),
  ) as Row;

/** Rows of one statement: its size stays bounded whatever the rows hold. */
const ROWS_AT_ONCE = 2_000;

async function inPortions<Row>(
  rows: readonly Row[],
  write: (portion: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    await write(rows.slice(start, start + ROWS_AT_ONCE));
}

async function keepHistory(
  db: Kysely<HistoryTables>,
  table: HistoryName,
  transactions: readonly SeenTransaction[],
  verdicts: FraudVerdicts,
): Promise<void> {
  const entries: Entries<HistoryName> = ENTRIES[table];
  const rows = transactions.flatMap((seen) =>
    entries(seen, verdicts).map((own, number) => storable(placed(seen, own, number))),
  );
  await addRows(db, table, rows as readonly { readonly block: number }[], 'block');
}

const blockRow = (block: RawBlock): ContentTables['audited_blocks'] => ({
  ...{ number: block.number, hash: block.hash, previous_hash: block.previousHash },
  ...{ data_hash: block.computedDataHash, size: block.size },
  ...{ transactions: block.transactions.length },
  signers: JSON.stringify(block.signatures.map(signerOf)),
});

/** Bytes go to the database as they are: as JSON they would be twice as long. */
const keepContents = (
  db: Kysely<ContentTables>,
  audited: readonly Audited[],
  chaincode: string,
): Promise<void> =>
  inPortions(audited, (portion) =>
    sql`
      insert into transaction_contents (block, place, content)
      select * from unnest(${portion.map(({ block }) => block)}::integer[],
        ${portion.map(({ transaction }) => transaction.index)}::integer[],
        ${portion.map((each) => packed(contentOf(each, chaincode)))}::bytea[])
    `.execute(db),
  );

/** The tables that are read and written here. */
export type HistoryDatabase = HistoryTables & ContentTables & StateTables;

/** Kysely cannot know that a database with more tables is one with fewer. */
const only = <Some>(db: Kysely<HistoryDatabase>): Kysely<Some> => db as unknown as Kysely<Some>;

/**
 * Adds what some transactions did.
 * @param db the transaction in which the rows of the ledger were written
 * @param chaincode the audited one
 * @returns cases of double spending that prove nothing
 */
export async function keepHistories(
  db: Kysely<HistoryDatabase>,
  chaincode: string,
  audited: readonly Audited[],
  blocks: readonly RawBlock[],
): Promise<readonly Finding[]> {
  const seen = audited.map(seenTransaction);
  const { verdicts, findings } = await checkFrauds(only<StateTables>(db), chaincode, seen);
  for (const table of HISTORY_NAMES)
    await keepHistory(only<HistoryTables>(db), table, seen, verdicts);
  await addRows(db, 'audited_blocks', blocks.map(blockRow).map(storable), 'number');
  await keepContents(only<ContentTables>(db), audited, chaincode);
  return findings;
}
