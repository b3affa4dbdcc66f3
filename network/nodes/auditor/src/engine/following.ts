// SPDX-License-Identifier: Apache-2.0
// Follows the auditor's own peer for as long as the node runs.
import { NetworkError } from '@fabric-offline-pay/node-common';
import { inBatches, type LedgerPosition } from '@fabric-offline-pay/node-common/node';
import type { RawBlock } from '../blocks/raw-block.js';
import type { Finding } from '../findings/finding.js';
import type { Audit, AuditStep } from './audit.js';
import { Pieces } from './run-audit.js';

export interface FollowingOptions {
  readonly audit: Pick<Audit, 'apply'>;
  /** The first block that the tables lack, and the hash of block 0. */
  readonly position: () => Promise<Pick<LedgerPosition, 'nextBlock' | 'firstHash'>>;
  readonly blocksFrom: (from: number, signal: AbortSignal) => AsyncIterable<RawBlock>;
  readonly onStep: (step: AuditStep) => void;
}

/** The peer's blocks do not continue those that were audited: nothing after them can be judged. */
export class AuditStopped extends Error {
  override readonly name = 'AuditStopped';
  readonly code = 'AUDIT_STOPPED';

  constructor(readonly finding: Finding) {
    super(`The audit ends before block ${finding.block.toString()}: ${finding.rule}.`);
  }
}

/** Blocks that are ready together, at most. */
const MOST_READY = 200;

/** A ledger that began anew may be shorter than the tables: its next block would be waited for in vain. */
async function ensureSameLedger(
  blocksFrom: FollowingOptions['blocksFrom'],
  firstHash: string,
  signal: AbortSignal,
): Promise<void> {
  const looked = new AbortController();
  try {
    for await (const { hash } of blocksFrom(0, AbortSignal.any([signal, looked.signal]))) {
      if (hash === firstHash) return;
      throw new NetworkError('LEDGER_DIFFERS', 'The ledger begins with another block.');
    }
  } finally {
    looked.abort();
  }
}

/**
 * Audits until the signal ends it; what is under way is finished or undone.
 * @throws {AuditStopped} or NetworkError LEDGER_DIFFERS, and what database, peer and replay throw
 */
export async function follow(options: FollowingOptions, signal: AbortSignal): Promise<void> {
  const { audit, position, blocksFrom, onStep } = options;
  const { nextBlock: next, firstHash } = await position();
  if (next > 0) await ensureSameLedger(blocksFrom, firstHash, signal);
  const pieces = new Pieces();
  const apply = async (piece: readonly RawBlock[]): Promise<void> => {
    if (piece.length === 0) return;
    const step = await audit.apply(piece);
    onStep(step);
    if (step.stopped !== undefined) throw new AuditStopped(step.stopped);
  };
  for await (const ready of inBatches((ended) => blocksFrom(next, ended), MOST_READY, signal)) {
    for (const block of ready) {
      const piece = pieces.add(block);
      if (piece !== undefined) await apply(piece);
    }
    await apply(pieces.take());
    if (signal.aborted) return;
  }
}
