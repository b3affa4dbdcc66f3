// SPDX-License-Identifier: Apache-2.0
// Audits what a source has ready, in pieces of bounded size.
import type { RawBlock } from '../blocks/raw-block.js';
import type { Audit, AuditStep } from './audit.js';

/** Of one database transaction: enough to make its cost small, few enough to be repeated after a crash, and to fit into memory. */
const MOST_BLOCKS = 100;
const MOST_BYTES = 8 * 1024 * 1024;

/** Gathers blocks until there are enough of them. */
export class Pieces {
  #blocks: RawBlock[] = [];
  #bytes = 0;

  /** @returns the piece, when it is full */
  add(block: RawBlock): readonly RawBlock[] | undefined {
    this.#blocks.push(block);
    this.#bytes += block.size;
    return this.#blocks.length >= MOST_BLOCKS || this.#bytes >= MOST_BYTES
      ? this.take()
      : undefined;
  }

  take(): readonly RawBlock[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#bytes = 0;
    return blocks;
  }
}

export interface RunOptions {
  readonly audit: Pick<Audit, 'apply'>;
  readonly blocks: AsyncIterable<RawBlock>;
  /** The last block that counts; absent: as far as the source goes. */
  readonly to?: number;
  /** Told after each piece. */
  readonly onStep?: (step: AuditStep) => void;
}

/**
 * @returns what the last piece gave; undefined when the source had no block
 * @throws what the source throws, once all that came before is audited
 */
export async function runAudit(options: RunOptions): Promise<AuditStep | undefined> {
  const { audit, blocks, to = Infinity, onStep } = options;
  const pieces = new Pieces();
  let last: AuditStep | undefined;
  const apply = async (piece: readonly RawBlock[]): Promise<boolean> => {
    if (piece.length === 0) return true;
    last = await audit.apply(piece);
    onStep?.(last);
    return last.stopped === undefined;
  };
  let failure: { readonly cause: unknown } | undefined;
  try {
    for await (const block of blocks) {
      if (block.number > to) break;
      const piece = pieces.add(block);
      if (piece !== undefined && !(await apply(piece))) return last;
      if (block.number === to) break;
    }
  } catch (error) {
    failure = { cause: error };
  }
  await apply(pieces.take());
  if (failure !== undefined) throw failure.cause;
  return last;
}
