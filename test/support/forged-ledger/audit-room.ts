// SPDX-License-Identifier: Apache-2.0
// Where forged blocks are audited: a database, a thread that replays, and audits that leave no trace.
import {
  Audit,
  openAuditorDatabase,
  projectionsOf,
  ReplayThread,
  reportBytes,
  reportOf,
  type AuditorDatabase,
  type AuditReport,
  type AuditStep,
  type Finding,
  type RawBlock,
} from '@fabric-offline-pay/auditor-node';
import { join } from 'node:path';
import { testPlace } from '../../../network/nodes/common/src/testing/test-place.js';
import { CHAINCODE } from './forged-channel.js';

/** The thread runs compiled programs alone. */
export const COMPILED = join(__dirname, '..', '..', '..', 'chaincode');

class Undone extends Error {
  override readonly name = 'Undone';
}

/** @returns the same database, in which nothing stays of a transaction */
function undoing(db: AuditorDatabase): AuditorDatabase {
  const execute = async <T>(work: (transaction: never) => Promise<T>): Promise<T> => {
    let answer: T | undefined;
    try {
      await db.transaction().execute(async (transaction) => {
        answer = await work(transaction as never);
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
    return answer as T;
  };
  return { transaction: () => ({ execute }) } as unknown as AuditorDatabase;
}

export class AuditRoom {
  private constructor(
    readonly db: AuditorDatabase,
    readonly replay: ReplayThread,
  ) {}

  /** @param version modules of versions of the chaincode; default: the auditor's own for all */
  static async open(versions: Readonly<Record<string, string>> = {}): Promise<AuditRoom> {
    const replay = new ReplayThread({
      chaincode: CHAINCODE,
      versions: { '*': COMPILED, ...versions },
    });
    return new AuditRoom(await openAuditorDatabase(await testPlace()), replay);
  }

  async close(): Promise<void> {
    await this.replay.close();
    await this.db.destroy();
  }

  auditOf(db: AuditorDatabase = this.db, replay: Pick<ReplayThread, 'run'> = this.replay): Audit {
    return new Audit({
      ...{ db, chaincode: CHAINCODE, replay },
      projections: projectionsOf(CHAINCODE),
    });
  }

  /** @returns what the audit of these blocks would find, which come after those that were audited */
  async findingsIn(blocks: readonly RawBlock[]): Promise<readonly Finding[]> {
    const step: AuditStep = await this.auditOf(undoing(this.db)).apply(blocks);
    return step.findings;
  }

  report(at?: number): Promise<AuditReport> {
    return reportOf(this.db, { chaincode: CHAINCODE, ...(at !== undefined && { at }) });
  }

  async reportBytes(): Promise<Buffer> {
    return reportBytes(await this.report());
  }
}

/** Audits blocks in pieces of this many. @returns all that was found */
export async function auditInPieces(
  audit: Audit,
  blocks: readonly RawBlock[],
  size: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let start = 0; start < blocks.length; start += size) {
    const step = await audit.apply(blocks.slice(start, start + size));
    findings.push(...step.findings);
    if (step.stopped !== undefined) break;
  }
  return findings;
}
