// SPDX-License-Identifier: Apache-2.0
// Findings as people read them: with what somebody said to them.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { exposedByStatements } from '../backing/exposed-banks.js';
import { exposedByReports } from '../confirmations/exposed.js';
import { unarrivedPayouts } from '../confirmations/unarrived.js';
import type { AuditorDatabase } from '../database/schema.js';
import { AuditorError } from '../errors.js';
import { overdueFindings } from '../obligations/overdue-findings.js';
import { findingId } from '../findings/keep-findings.js';
import type { RuleName } from '../findings/finding.js';

/** A finding with its state. */
export interface ShownFinding {
  readonly id: string;
  readonly rule: RuleName;
  readonly block: number;
  readonly place: number | null;
  readonly transactionId: string;
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
  /** Null: nobody has looked at what it says now. */
  readonly acknowledged: {
    readonly reason: string;
    readonly by: string;
    readonly at: number;
  } | null;
}

type Content = Omit<ShownFinding, 'acknowledged'>;

/** What is acknowledged with a finding. */
const contentOf = ({ expected, found }: Content): string =>
  createHash('sha256')
    .update(JSON.stringify([expected, found]))
    .digest('hex');

async function withState(
  db: AuditorDatabase,
  findings: readonly Content[],
): Promise<ShownFinding[]> {
  if (findings.length === 0) return [];
  const rows = await db
    .selectFrom('acknowledgements')
    .selectAll()
    .where(
      'finding_id',
      'in',
      findings.map(({ id }) => id),
    )
    .execute();
  const known = new Map(rows.map((row) => [row.finding_id, row]));
  return findings.map((finding) => {
    const row = known.get(finding.id);
    const isSame = row?.content === contentOf(finding);
    const acknowledged = row && isSame ? { reason: row.reason, by: row.by, at: row.at } : null;
    return { ...finding, acknowledged };
  });
}

const shown = (row: {
  readonly id: string;
  readonly rule: RuleName;
  readonly block: number;
  readonly place: number | null;
  readonly transaction_id: string;
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}): Content => ({
  ...{ id: row.id, rule: row.rule, block: row.block, place: row.place },
  ...{ transactionId: row.transaction_id, subject: row.subject },
  ...{ expected: row.expected, found: row.found },
});

export interface FindingsAsked {
  readonly rule?: RuleName | undefined;
  readonly from: number;
  readonly limit: number;
  /** Id of the last finding of the page before, with its block. */
  readonly after?: { readonly block: number; readonly id: string } | undefined;
}

/** @returns one finding more than asked for when there are more, in the order of blocks and ids */
export async function readFindings(
  db: AuditorDatabase,
  { rule, from, limit, after }: FindingsAsked,
): Promise<ShownFinding[]> {
  let asked = db.selectFrom('findings').selectAll().where('block', '>=', from);
  if (rule !== undefined) asked = asked.where('rule', '=', rule);
  if (after !== undefined)
    asked = asked.where(sql<boolean>`(block, id) > (${after.block}, ${after.id})`);
  const rows = await asked
    .orderBy('block')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return withState(db, rows.map(shown));
}

/** Something overdue, with its state. */
export interface ShownOverdue extends ShownFinding {
  /** Seconds since 1970. */
  readonly dueAt: number;
  /** Seconds since then. */
  readonly age: number;
}

/** @param at seconds since 1970 */
export async function readOverdue(
  db: AuditorDatabase,
  chaincode: string,
  at: number,
): Promise<ShownOverdue[]> {
  const overdue = [
    ...(await overdueFindings(db, chaincode, at)),
    ...(await unarrivedPayouts(db, at)),
  ].sort((a, b) => a.dueAt - b.dueAt);
  const states = await withState(
    db,
    overdue.map((finding) => {
      const { rule, block, place, transactionId, subject, expected, found } = finding;
      const id = findingId(finding);
      return { id, rule, block, place, transactionId, subject, expected, found };
    }),
  );
  return states.map((state, index) => {
    const dueAt = overdue[index]?.dueAt ?? at;
    return { ...state, dueAt, age: at - dueAt };
  });
}

/**
 * @param at seconds since 1970
 * @returns what reports and statements of backing expose by then
 */
export async function readExposed(
  db: AuditorDatabase,
  chaincode: string,
  at: number,
): Promise<ShownFinding[]> {
  const exposing = { db, chaincode, at };
  const exposed = [...(await exposedByReports(exposing)), ...(await exposedByStatements(exposing))];
  return withState(
    db,
    exposed.map((finding) => ({ ...finding, id: findingId(finding) })),
  );
}

export interface Acknowledgement {
  readonly findingId: string;
  readonly reason: string;
  /** What the finding said when it was read. */
  readonly found: string;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

async function findingNow(
  db: AuditorDatabase,
  chaincode: string,
  { findingId: id, at }: Acknowledgement,
): Promise<Content | undefined> {
  const row = await db.selectFrom('findings').selectAll().where('id', '=', id).executeTakeFirst();
  if (row !== undefined) return shown(row);
  const seconds = Math.floor(at / 1000);
  const overdue = await readOverdue(db, chaincode, seconds);
  const own = overdue.find((finding) => finding.id === id);
  return own ?? (await readExposed(db, chaincode, seconds)).find((finding) => finding.id === id);
}

/**
 * @returns undefined when there is no such finding
 * @throws {AuditorError} FINDING_CHANGED
 */
export async function acknowledge(
  db: AuditorDatabase,
  chaincode: string,
  acknowledgement: Acknowledgement,
): Promise<true | undefined> {
  const finding = await findingNow(db, chaincode, acknowledgement);
  if (finding === undefined) return undefined;
  const { findingId: id, reason, found, by, at } = acknowledgement;
  if (finding.found !== found) throw new AuditorError('FINDING_CHANGED', 'found');
  const row = { finding_id: id, content: contentOf(finding), reason, by, at };
  await db
    .insertInto('acknowledgements')
    .values(row)
    .onConflict((conflict) => conflict.column('finding_id').doUpdateSet(row))
    .execute();
  return true;
}
