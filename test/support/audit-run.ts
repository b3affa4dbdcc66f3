// SPDX-License-Identifier: Apache-2.0
// Audits a running network's blocks, and measures it.
import {
  projectionsOf,
  Audit,
  openAuditorDatabase,
  ReplayThread,
  reportOf,
  runAudit,
  type AuditReport,
  type RawBlock,
} from '@fabric-offline-pay/auditor-node';
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';

export interface AuditRunOptions {
  readonly place: DatabasePlace;
  readonly blocksFrom: (from: number) => AsyncIterable<RawBlock>;
  readonly chaincode: string;
  /** Folder of the chaincode that the peers run. */
  readonly code: string;
  /** Nothing of the blocks before this one is measured. */
  readonly from: number;
  /** The last block. */
  readonly to: number;
}

export interface MeasuredAudit {
  readonly report: AuditReport;
  /** From the first measured block to the last. */
  readonly seconds: number;
  /** Resident memory of the process in MiB, after each measured tenth of the blocks. */
  readonly memory: readonly number[];
}

const MIB = 1024 * 1024;
const PARTS = 10;

/** @returns the report after the last block, and what the measured blocks took */
export async function measuredAudit(options: AuditRunOptions): Promise<MeasuredAudit> {
  const { place, blocksFrom, chaincode, code, from, to } = options;
  const db = await openAuditorDatabase(place);
  const replay = new ReplayThread({ chaincode, versions: { '*': code } });
  const memory: number[] = [];
  const tenth = Math.max(1, Math.floor((to - from + 1) / PARTS));
  try {
    const audit = new Audit({
      ...{ db, chaincode, replay },
      projections: projectionsOf(chaincode),
    });
    if (from > 0) await runAudit({ audit, blocks: blocksFrom(0), to: from - 1 });
    const started = performance.now();
    await runAudit({
      ...{ audit, blocks: blocksFrom(from), to },
      onStep: ({ nextBlock }) => {
        if (nextBlock - from >= (memory.length + 1) * tenth)
          memory.push(Math.round(process.memoryUsage.rss() / MIB));
      },
    });
    const seconds = (performance.now() - started) / 1000;
    return { report: await reportOf(db, { chaincode }), seconds, memory };
  } finally {
    await replay.close();
    await db.destroy();
  }
}
