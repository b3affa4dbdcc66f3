// SPDX-License-Identifier: Apache-2.0
// Compares statements of backing with the ledger at their own blocks, each once, as soon as its block was audited.
import {
  checkBacking,
  leavesOf,
  STATEMENT_FAULTS,
  verifyStatement,
  type BackingStatement,
} from '@fabric-offline-pay/domain';
import type { JobKind } from '@fabric-offline-pay/node-common/node';
import type { Selectable } from 'kysely';
import type { ChannelRules } from '../channel/channel-rules.js';
import { theRow } from '../confirmations/ledger-rows.js';
import type { BackingDifferenceTable, BackingStatementTable } from '../database/backing-tables.js';
import type { AuditorDatabase } from '../database/schema.js';
import { readRules } from '../engine/rules-in-force.js';
import { contentOf } from './keep-statement.js';
import { owedAt, supplyAt } from './owed-at.js';

/** Where statements are compared. */
export interface Comparing {
  readonly db: AuditorDatabase;
  readonly chaincode: string;
}

type Statement = Selectable<BackingStatementTable>;
type Difference = Omit<BackingDifferenceTable, 'digest'>;

const signature = (found: string): Difference => ({
  ...{ rule: 'signature', currency: '', found },
  expected: "a statement by the bank's node",
});

/** @returns the organisation of a bank, as the registry names it */
async function mspOf({ db, chaincode }: Comparing, bankId: string): Promise<string | undefined> {
  const registry = await theRow(db, chaincode, 'registry');
  return registry?.participants.find(({ role, actor }) => role === 'bank' && actor === bankId)
    ?.mspId;
}

const authoritiesOf = ({ settings }: ChannelRules, mspId: string): readonly string[] =>
  settings.organisations
    .filter(({ membership }) => membership.mspId === mspId)
    .flatMap(({ membership }) => [...membership.roots, ...membership.intermediates]);

/**
 * Who is a bank's node, the channel's settings say, revocations included: never the bank's node itself. They are the ones in force when the
 * statement is compared.
 */
async function signatureProblem(
  comparing: Comparing,
  { bank_id, statement, certificate }: Statement,
): Promise<Difference | undefined> {
  const { channel } = await readRules(comparing.db);
  const mspId = await mspOf(comparing, bank_id);
  if (channel === undefined || mspId === undefined)
    return signature('no bank of the channel has this id');
  const bytes = Buffer.from(certificate, 'utf8');
  const identified = channel.identify({ mspId, certificate, bytes });
  if (!identified.valid) return signature(`its certificate is not valid: ${identified.reason}`);
  const authorities = authoritiesOf(channel, mspId);
  const result = verifyStatement(Buffer.from(statement, 'base64'), certificate, authorities);
  return result.ok ? undefined : signature(STATEMENT_FAULTS[result.reason]);
}

/** How much older the stated block may be than the statement: seconds. Senders' clocks, and the time that a node takes to follow. */
const FRESH_SECONDS = 3_600;

const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

/** Whether the ledger had gone on long before the statement was made: an old block says nothing about its day. */
async function isStale(
  { db, chaincode }: Comparing,
  { height, at }: Pick<BackingStatement, 'height' | 'at'>,
): Promise<boolean> {
  const later = await db
    .selectFrom('audited_transactions')
    .select('block')
    .where('block', '>', height.block)
    .where('chaincode', '=', chaincode)
    .where('noted', '=', 0)
    .where('at', '<', (at - FRESH_SECONDS) * 1_000)
    .limit(1)
    .executeTakeFirst();
  return later !== undefined;
}

const height = (expected: string, found: string): Difference => ({
  ...{ rule: 'height', currency: '', expected, found },
});

async function heightProblem(
  comparing: Comparing,
  content: BackingStatement,
): Promise<Difference | undefined> {
  const { day, at } = content;
  const { block, hash } = content.height;
  const row = await comparing.db
    .selectFrom('block_hashes')
    .select('hash')
    .where('block', '=', block)
    .executeTakeFirst();
  if (row?.hash !== hash) return height(row?.hash ?? 'a block of this ledger', hash);
  if (day !== dayOf(at)) return height(`the day of its time, ${dayOf(at)}`, day);
  return (await isStale(comparing, content))
    ? height('the newest block of its time', `block ${block.toString()}, which is older`)
    : undefined;
}

async function contentProblems(
  { db }: Comparing,
  { bank_id: bankId, block, seed }: Statement,
  content: BackingStatement,
): Promise<readonly Difference[]> {
  const at = { bankId, block };
  const leaves = leavesOf(await owedAt(db, at), Buffer.from(seed, 'hex'));
  return checkBacking(content, await supplyAt(db, at), leaves);
}

/** A statement by somebody else, or about another ledger, says nothing that could be compared. */
async function differencesOf(
  comparing: Comparing,
  statement: Statement,
): Promise<readonly Difference[]> {
  const forged = await signatureProblem(comparing, statement);
  if (forged !== undefined) return [forged];
  const content = contentOf(statement.statement);
  if (content === undefined) return [signature(STATEMENT_FAULTS.malformed)];
  const misplaced = await heightProblem(comparing, content);
  return misplaced === undefined ? contentProblems(comparing, statement, content) : [misplaced];
}

async function compare(comparing: Comparing, statement: Statement): Promise<void> {
  const differences = await differencesOf(comparing, statement);
  const { digest } = statement;
  await comparing.db.transaction().execute(async (transaction) => {
    const state = differences.length === 0 ? 'right' : 'false';
    const noted = await transaction
      .updateTable('backing_statements')
      .set({ state })
      .where('digest', '=', digest)
      .where('state', '=', 'waits')
      .returning('digest')
      .executeTakeFirst();
    if (noted === undefined || differences.length === 0) return;
    await transaction
      .insertInto('backing_differences')
      .values(
        differences.map(({ rule, currency, expected, found }) => ({
          digest,
          rule,
          currency,
          expected,
          found,
        })),
      )
      .execute();
  });
}

/** Statements that wait for a block that there never was wait for ever; those that can be compared do not wait for them. */
const nextOf = ({ db }: Comparing): Promise<Statement | undefined> =>
  db
    .selectFrom('backing_statements')
    .selectAll()
    .where('state', '=', 'waits')
    .where((row) => row('block', '<', row.selectFrom('ledger_position').select('next_block')))
    .orderBy('block')
    .orderBy('digest')
    .limit(1)
    .executeTakeFirst();

/** Compares all statements whose blocks were audited. */
export async function compareStatements(comparing: Comparing, signal: AbortSignal): Promise<void> {
  for (
    let next = await nextOf(comparing);
    next !== undefined && !signal.aborted;
    next = await nextOf(comparing)
  )
    await compare(comparing, next);
}

export const COMPARE_STATEMENTS = { name: 'compare-statements' } as const;

/** A statement comes once a day, and its block is there soon: looking for it once a minute is enough. */
export const compareStatementsJob = (comparing: Comparing): JobKind => ({
  ...COMPARE_STATEMENTS,
  schedule: '* * * * *',
  givenUpAfterSeconds: 3_600,
  run: (_, signal) => compareStatements(comparing, signal),
});
