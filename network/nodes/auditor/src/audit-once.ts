// SPDX-License-Identifier: Apache-2.0
// One audit from a source of blocks to a report, as the command line runs it.
import { readPosition } from '@fabric-offline-pay/node-common/node';
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import type { RawBlock } from './blocks/raw-block.js';
import { openAuditorDatabase } from './database/schema.js';
import type { AuditorDatabase } from './database/schema.js';
import { Audit, type AuditStep } from './engine/audit.js';
import { runAudit } from './engine/run-audit.js';
import type { FindingTables } from './findings/finding-tables.js';
import { keepFindings } from './findings/keep-findings.js';
import { projectionsOf } from './projections.js';
import { ReplayThread } from './replay/replay-thread.js';
import { NothingAudited, reportOf, type AuditReport } from './report/audit-report.js';
import { ArchiveDamaged } from './sources/archive.js';
import { DamagedBlockFile } from './sources/block-files.js';

/** Why an audit is no whole one. */
export interface Incomplete {
  readonly code: 'ARCHIVE_DAMAGED' | 'BLOCKS_MISSING' | 'CHAINCODE_UNKNOWN' | 'SOURCE_FAILED';
  readonly message: string;
}

export interface AuditOnceOptions {
  /** Where the tables are: what they have already is not audited again. */
  readonly place: DatabasePlace;
  /** @param from the first block that the tables lack */
  readonly blocksFrom: (from: number) => AsyncIterable<RawBlock>;
  readonly chaincode: string;
  /** Modules or folders of the chaincode's versions; the auditor's own for all others. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Findings before this block are left out. */
  readonly from?: number;
  /** The last block that counts. */
  readonly to?: number;
  /** The last block that there is: a source that waits for more is read no further. */
  readonly last?: number;
  readonly onStep?: (step: AuditStep) => void;
}

export interface AuditOutcome {
  readonly report: AuditReport;
  readonly incomplete: Incomplete | undefined;
}

/** The chaincode that is installed beside the auditor. */
export const ownChaincode = (): string => require.resolve('@fabric-offline-pay/chaincode');

const isDamage = (error: unknown): error is ArchiveDamaged | DamagedBlockFile =>
  error instanceof ArchiveDamaged || error instanceof DamagedBlockFile;

const nextBlockOf = async (db: AuditorDatabase): Promise<number> =>
  (await readPosition(db)).nextBlock;

/** A source that was damaged may have been mended: what is said of it is said by the audit that reads it. */
async function forgetDamage(db: AuditorDatabase, next: number): Promise<void> {
  await db
    .deleteFrom('findings')
    .where('rule', '=', 'block.readable')
    .where('place', 'is', null)
    .where('block', '>=', next)
    .execute();
}

/** What cannot be read is a finding: nobody knows what stood there. */
async function noteDamage(db: AuditorDatabase, error: Error): Promise<Incomplete> {
  const block = await nextBlockOf(db);
  await db.transaction().execute((transaction) =>
    keepFindings(transaction as unknown as Kysely<FindingTables>, [
      {
        ...{ rule: 'block.readable', block },
        ...{ expected: `block ${block.toString()}`, found: error.message },
      },
    ]),
  );
  return { code: 'ARCHIVE_DAMAGED', message: error.message };
}

async function audit(
  db: AuditorDatabase,
  replay: ReplayThread,
  options: AuditOnceOptions,
): Promise<Incomplete | undefined> {
  const { blocksFrom, chaincode, to = Infinity, last = Infinity, onStep } = options;
  const projections = projectionsOf(chaincode);
  const auditing = new Audit({ db, chaincode, replay, projections });
  const end = Math.min(to, last);
  const next = await nextBlockOf(db);
  if (next > end) return undefined;
  await forgetDamage(db, next);
  try {
    await runAudit({
      audit: auditing,
      blocks: blocksFrom(next),
      next,
      to: end,
      ...(onStep !== undefined && { onStep }),
    });
    return undefined;
  } catch (error) {
    if (isDamage(error)) return noteDamage(db, error);
    throw error;
  }
}

function missing({ block, findings }: AuditReport, to: number | undefined): Incomplete | undefined {
  if (to !== undefined && block.number < to)
    return {
      code: 'BLOCKS_MISSING',
      message: `The source ends with block ${block.number.toString()}, before ${to.toString()}.`,
    };
  const unknown = findings.find(({ rule }) => rule === 'replay.version');
  if (unknown === undefined) return undefined;
  return {
    code: 'CHAINCODE_UNKNOWN',
    message: `Calls of version ${unknown.subject} could not be run again: give its folder.`,
  };
}

/** Where even the first block is damaged, there is nothing else to say. */
async function reported(
  db: AuditorDatabase,
  { chaincode, from }: AuditOnceOptions,
  incomplete: Incomplete | undefined,
): Promise<AuditReport> {
  try {
    return await reportOf(db, { chaincode, ...(from !== undefined && { from }) });
  } catch (error) {
    if (error instanceof NothingAudited && incomplete !== undefined)
      throw new NothingAudited(incomplete.message);
    throw error;
  }
}

/**
 * @throws NothingAudited when the source has no block that can be read, NoArchive, RangeError when the tables are beyond `to`, and what database or peer throw
 */
export async function auditOnce(options: AuditOnceOptions): Promise<AuditOutcome> {
  const { place, chaincode, to, versions = {} } = options;
  const db = await openAuditorDatabase(place);
  const replay = new ReplayThread({
    chaincode,
    versions: { '*': ownChaincode(), ...versions },
  });
  try {
    if (to !== undefined && (await nextBlockOf(db)) > to + 1)
      throw new RangeError(`The tables are beyond block ${to.toString()} already.`);
    const incomplete = await audit(db, replay, options);
    const report = await reported(db, options, incomplete);
    return { report, incomplete: incomplete ?? missing(report, to) };
  } finally {
    await replay.close();
    await db.destroy();
  }
}
