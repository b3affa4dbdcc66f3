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
  /** The first block that the tables lack; absent: none is there. */
  readonly next?: number;
  /** The last block that counts; absent: as far as the source goes. */
  readonly to?: number;
  /** Told after each piece. */
  readonly onStep?: (step: AuditStep) => void;
}

/** The numbers that blocks must have where they stand. */
class Places {
  #next: number | undefined;

  /** @returns the number that this block must have, since it comes after the others */
  of({ number }: RawBlock): number {
    const place = this.#next ?? number;
    this.#next = place + 1;
    return place;
  }
}

/** Applies pieces until the audit ends. */
class Applying {
  last: AuditStep | undefined;
  readonly #options: RunOptions;
  readonly #pieces = new Pieces();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** @returns whether it goes on */
  async add(block: RawBlock): Promise<boolean> {
    const piece = this.#pieces.add(block);
    return piece === undefined || this.#apply(piece);
  }

  /** A block that says to be another one than its place makes it is none that the tables have already. */
  async addMisplaced(block: RawBlock): Promise<boolean> {
    return (await this.end()) && this.#apply([block], { mayRepeat: false });
  }

  /** Applies what is left. */
  end(): Promise<boolean> {
    return this.#apply(this.#pieces.take());
  }

  async #apply(...[piece, how]: Parameters<Audit['apply']>): Promise<boolean> {
    if (piece.length === 0) return true;
    this.last = await this.#options.audit.apply(piece, how);
    this.#options.onStep?.(this.last);
    return this.last.stopped === undefined;
  }
}

async function applyAll(applying: Applying, options: RunOptions): Promise<boolean> {
  const { blocks, next = 0, to = Infinity } = options;
  const places = new Places();
  for await (const block of blocks) {
    const place = places.of(block);
    if (place > to) break;
    const isMisplaced = place >= next && block.number !== place;
    if (!(await (isMisplaced ? applying.addMisplaced(block) : applying.add(block)))) return false;
    if (place === to) break;
  }
  return true;
}

/**
 * @returns what the last piece gave; undefined when the source had no block
 * @throws what the source throws, once all that came before is audited
 */
export async function runAudit(options: RunOptions): Promise<AuditStep | undefined> {
  const applying = new Applying(options);
  try {
    if (!(await applyAll(applying, options))) return applying.last;
  } catch (error) {
    await applying.end();
    throw error;
  }
  await applying.end();
  return applying.last;
}
