// SPDX-License-Identifier: Apache-2.0
// What an audit says at a height. Another auditor of the same ledger says the same, byte for byte: nothing in it depends on when, where or
// in how many pieces the blocks were read.
import { readPosition } from '@fabric-offline-pay/node-common/node';
import { canonicalJson } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { definedNames, readableDefinition } from '../channel/definitions.js';
import type { AuditorDatabase } from '../database/schema.js';
import { readRules } from '../engine/rules-in-force.js';
import { RULES, type RuleName } from '../findings/finding.js';
import type { MoneyTotals } from '../money/index.js';
import { overdueFindings } from '../obligations/overdue-findings.js';
import { shownMoney } from './shown-money.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const block = z.int().min(0);
/** Minor units, of any length. */
const units = z.string().regex(/^(0|-?[1-9][0-9]*)$/);
const instant = z.int().min(0).describe('seconds since 1970');

const finding = z.strictObject({
  rule: z.enum(Object.keys(RULES) as [RuleName, ...RuleName[]]),
  block,
  place: z.int().min(0).nullable().describe('of the transaction in its block, from 0'),
  transactionId: z.string(),
  subject: z.string(),
  expected: z.string(),
  found: z.string(),
});

/** Schema of a report. */
export const auditReport = z.strictObject({
  version: z.literal(1),
  channel: z.string(),
  chaincode: z.string(),
  genesis: hash.describe('of block 0: which ledger it is'),
  block: z.strictObject({ number: block, hash }).describe('the last one that was audited'),
  stateDigest: hash.describe('of all rows after it, see docs/audit.md'),
  at: instant.describe('the newest valid call: obligations are overdue by this time'),
  definitions: z.array(
    z.strictObject({ name: z.string(), sequence: z.int(), version: z.string() }),
  ),
  transactions: z.strictObject({ valid: z.int(), invalid: z.int() }),
  money: z.array(
    z.strictObject({
      currency: z.string(),
      made: units.describe('by banks'),
      takenBack: units,
      onLedger: units.describe('all money that rows hold'),
      parts: z.array(z.strictObject({ bank: z.string(), part: z.string(), amount: units })),
    }),
  ),
  findings: z.array(finding).describe('in the order of the ledger'),
  overdue: z.array(finding.extend({ dueAt: instant })),
  stopped: finding
    .nullable()
    .describe('the block with which the audit ended: what comes after it says nothing'),
});

/** A report. */
export type AuditReport = z.output<typeof auditReport>;

/** Nothing was audited yet. */
export class NothingAudited extends Error {
  override readonly name = 'NothingAudited';
}

async function readFindings(db: AuditorDatabase, from: number): Promise<AuditReport['findings']> {
  const rows = await db
    .selectFrom('findings')
    .selectAll()
    .where('block', '>=', from)
    .orderBy('block')
    .orderBy('place')
    .orderBy('id')
    .execute();
  return rows.map(({ rule, place, transaction_id, subject, expected, found, ...row }) => ({
    ...{ rule, block: row.block, place, transactionId: transaction_id },
    ...{ subject, expected, found },
  }));
}

async function readCounts(db: AuditorDatabase) {
  const rows = await db
    .selectFrom('audited_transactions')
    .select([db.fn.count<number>('id').as('count'), 'noted'])
    .groupBy('noted')
    .execute();
  const sum = (isValid: boolean): number =>
    rows.reduce((total, row) => total + ((row.noted === 0) === isValid ? row.count : 0), 0);
  return { valid: sum(true), invalid: sum(false) };
}

async function readTime(db: AuditorDatabase, chaincode: string): Promise<number> {
  const row = await db
    .selectFrom('audited_transactions')
    .select(db.fn.max('at').as('at'))
    .where('chaincode', '=', chaincode)
    .where('noted', '=', 0)
    .executeTakeFirst();
  return Math.floor((row?.at ?? 0) / 1000);
}

async function readStop(db: AuditorDatabase): Promise<AuditReport['stopped']> {
  const row = await db.selectFrom('audit_stops').selectAll().executeTakeFirst();
  if (row === undefined) return null;
  const {
    rule,
    block: number,
    expected,
    found,
  } = JSON.parse(row.finding) as {
    readonly rule: RuleName;
    readonly block: number;
    readonly expected: string;
    readonly found: string;
  };
  return {
    ...{ rule, block: number, place: null, transactionId: '', subject: '' },
    ...{ expected, found },
  };
}

export interface ReportOptions {
  readonly chaincode: string;
  /** Findings before this block are left out; absent: none. */
  readonly from?: number;
  /** Seconds since 1970, by which obligations are overdue; absent: the newest valid call's. */
  readonly at?: number;
}

async function readEnd(db: AuditorDatabase) {
  const position = await readPosition(db);
  const digest = await db
    .selectFrom('state_digests')
    .selectAll()
    .orderBy('block', 'desc')
    .limit(1)
    .executeTakeFirst();
  const state = await db.selectFrom('audit_state').selectAll().executeTakeFirst();
  if (digest === undefined || state === undefined)
    throw new NothingAudited('No block was audited yet.');
  return { position, digest, state };
}

/**
 * @returns what the audit says after the last block of its tables
 * @throws {NothingAudited}
 */
export async function reportOf(
  db: AuditorDatabase,
  { chaincode, from = 0, at }: ReportOptions,
): Promise<AuditReport> {
  const { position, digest, state } = await readEnd(db);
  const { definitions } = await readRules(db);
  const time = at ?? (await readTime(db, chaincode));
  return {
    version: 1,
    channel: state.channel,
    chaincode,
    genesis: position.firstHash,
    block: { number: position.nextBlock - 1, hash: position.lastHash },
    stateDigest: digest.digest,
    at: time,
    definitions: definedNames(definitions).map((name) => {
      // Of what nobody can read, the name alone is known.
      const { sequence = 0, version = '' } = readableDefinition(definitions, name) ?? {};
      return { name, sequence, version };
    }),
    transactions: await readCounts(db),
    money: shownMoney(JSON.parse(state.money) as MoneyTotals).map((each) => ({
      ...each,
      parts: [...each.parts],
    })),
    findings: await readFindings(db, from),
    overdue: await overdueFindings(db, chaincode, time),
    stopped: await readStop(db),
  };
}

/** @returns the report's one form: what auditors sign and compare */
export const reportBytes = (report: AuditReport): Buffer =>
  Buffer.from(canonicalJson(auditReport.parse(report)), 'utf8');
