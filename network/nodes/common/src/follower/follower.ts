// SPDX-License-Identifier: Apache-2.0
// Keeps a node's tables in step with the ledger. What a block causes and how far the node has read are one database transaction, so that
// after any crash everything has happened exactly once.
import { EventEmitter, once } from 'node:events';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type { Kysely, Transaction } from 'kysely';
import { NetworkError } from '../network-error.js';
import { ensureFollowed, writeFollowedTables } from './followed-tables.js';
import { inBatches } from './in-batches.js';
import {
  BEGINNING,
  readPosition,
  writePosition,
  type LedgerPosition,
  type PositionTables,
} from './position.js';

/** What blocks mean for a node's tables. */
export interface Projection<Tables> {
  /**
   * Tables that hold nothing but what blocks say; a rebuild empties them, in this order. What left the node because of a block, such
   * as a message, stands in another table, under a key made from the ledger, so that a rebuild does not cause it again.
   */
  readonly tables: readonly (keyof Tables & string)[];
  /**
   * Raised by one whenever `apply` writes something else for the same blocks: a database that an earlier version filled is then refused
   * until it is rebuilt. 1 unless told.
   */
  readonly version?: number;
  /** Writes what the block says. Asks nobody but the database, so that a rebuild writes the same. */
  apply(transaction: Transaction<Tables>, block: CommittedBlock): Promise<void>;
  /**
   * The same for blocks that follow each other, where that costs less than one after the other. Its tables are as if each had been applied
   * before the next. It is called after the projections that take blocks one by one, and after those before it in the list.
   */
  applyAll?(transaction: Transaction<Tables>, blocks: readonly CommittedBlock[]): Promise<void>;
}

/** Where blocks come from: a `Connection` of the SDK. */
export interface BlockSource {
  committedBlocks(from: bigint, signal: AbortSignal): AsyncIterable<CommittedBlock>;
  /** Asks for the number of blocks now. Without it nobody can tell whether a follower stands still. */
  height?(): Promise<bigint>;
}

export interface FollowerOptions<Tables> {
  readonly db: Kysely<Tables>;
  readonly source: BlockSource;
  readonly projections: readonly Projection<Tables>[];
  /** Wraps what blocks cause, inside the database transaction. */
  readonly around?: (transaction: Transaction<Tables>, apply: () => Promise<void>) => Promise<void>;
  /** Told after each step how far the tables are. */
  readonly onProgress?: (position: LedgerPosition) => void;
}

/** Blocks of one database transaction: enough to make its cost small, few enough to be repeated after a crash. */
const MOST_BLOCKS = 100;

/** @throws {NetworkError} LEDGER_DIFFERS */
function ensureContinues({ nextBlock, lastHash }: LedgerPosition, block: CommittedBlock): void {
  if (Number(block.number) === nextBlock && block.previousHash === lastHash) return;
  throw new NetworkError(
    'LEDGER_DIFFERS',
    `Block ${block.number.toString()} does not continue block ${(nextBlock - 1).toString()} of the tables.`,
  );
}

const after = (position: LedgerPosition, block: CommittedBlock): LedgerPosition => {
  ensureContinues(position, block);
  return {
    nextBlock: Number(block.number) + 1,
    lastHash: block.hash,
    firstHash: block.number === 0n ? block.hash : position.firstHash,
  };
};

/** Projections that take blocks one by one take turns, so that what they cause stands in the order of the ledger. */
async function applyTo<Tables>(
  projections: readonly Projection<Tables>[],
  transaction: Transaction<Tables>,
  blocks: readonly CommittedBlock[],
): Promise<void> {
  const single = projections.filter((projection) => projection.applyAll === undefined);
  for (const block of blocks)
    for (const projection of single) await projection.apply(transaction, block);
  for (const projection of projections) await projection.applyAll?.(transaction, blocks);
}

const justApply = (_: unknown, apply: () => Promise<void>): Promise<void> => apply();

const MOVED = 'moved';

/** One for each database. */
export class Follower<Tables extends PositionTables> {
  readonly #options: FollowerOptions<Tables>;
  readonly #moves = new EventEmitter().setMaxListeners(0);
  #position: LedgerPosition | undefined;

  constructor(options: FollowerOptions<Tables>) {
    this.#options = options;
  }

  /** How far the tables are, once it runs. */
  get position(): LedgerPosition | undefined {
    return this.#position;
  }

  /**
   * Follows until the signal ends it; what is under way is finished or undone.
   * @throws {NetworkError} LEDGER_DIFFERS when the ledger is not the one that the tables were made from; TABLES_OUTDATED
   */
  async run(signal: AbortSignal): Promise<void> {
    const { db, source } = this.#options;
    await this.ensureUpToDate();
    let position = await readPosition(this.#own(db));
    await this.#ensureSameLedger(position, signal);
    this.#moveTo(position);
    const from = BigInt(position.nextBlock);
    const open = (ended: AbortSignal) => source.committedBlocks(from, ended);
    for await (const batch of inBatches(open, MOST_BLOCKS, signal)) {
      position = await this.#apply(position, batch);
      this.#moveTo(position);
      if (signal.aborted) return;
    }
  }

  /**
   * @returns once the tables have what this block says: before one answers from them what one has just written to the ledger
   * @throws an `AbortError` when the signal ends the wait
   */
  async reached(block: bigint, signal: AbortSignal): Promise<void> {
    while (!this.#has(block)) await once(this.#moves, MOVED, { signal });
  }

  /** @throws {NetworkError} TABLES_OUTDATED when there are tables that were not filled from block 0 on as these projections fill them */
  async ensureUpToDate(): Promise<void> {
    const { db, projections } = this.#options;
    await db.transaction().execute(async (transaction) => {
      const own = this.#own(transaction);
      await ensureFollowed(own, projections, (await readPosition(own)).nextBlock);
    });
  }

  /** Empties what blocks alone say, so that the next run makes it anew from block 0. */
  async rebuild(): Promise<void> {
    const { db, projections } = this.#options;
    await db.transaction().execute(async (transaction) => {
      for (const table of projections.flatMap(({ tables }) => tables))
        await transaction.deleteFrom(table as never).execute();
      await writePosition(this.#own(transaction), BEGINNING);
      await writeFollowedTables(this.#own(transaction), projections);
    });
    this.#position = undefined;
  }

  /** A ledger that began anew may be shorter than the tables: its next block would be waited for in vain. */
  async #ensureSameLedger({ nextBlock, firstHash }: LedgerPosition, signal: AbortSignal) {
    if (nextBlock === 0) return;
    const looked = new AbortController();
    const ended = AbortSignal.any([signal, looked.signal]);
    try {
      for await (const { hash } of this.#options.source.committedBlocks(0n, ended)) {
        if (hash !== firstHash)
          throw new NetworkError('LEDGER_DIFFERS', 'The ledger begins with another block.');
        return;
      }
    } finally {
      looked.abort();
    }
  }

  async #apply(from: LedgerPosition, blocks: readonly CommittedBlock[]): Promise<LedgerPosition> {
    const { db, projections, around = justApply } = this.#options;
    const position = blocks.reduce(after, from);
    return db.transaction().execute(async (transaction) => {
      await around(transaction, () => applyTo(projections, transaction, blocks));
      await writePosition(this.#own(transaction), position);
      return position;
    });
  }

  /** Kysely cannot know that a database with more tables is one with fewer. */
  #own(db: Kysely<Tables>): Kysely<PositionTables> {
    return db as unknown as Kysely<PositionTables>;
  }

  #has(block: bigint): boolean {
    return this.#position !== undefined && block < BigInt(this.#position.nextBlock);
  }

  #moveTo(position: LedgerPosition): void {
    this.#position = position;
    this.#options.onProgress?.(position);
    this.#moves.emit(MOVED);
  }
}
