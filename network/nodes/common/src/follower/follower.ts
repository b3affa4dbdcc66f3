// SPDX-License-Identifier: Apache-2.0
// Keeps a node's tables in step with the ledger. What a block causes and how far the node has read are one database transaction, so that
// after any crash everything has happened exactly once. The transaction begins by locking how far the tables are: of several processes on
// one database whoever comes first applies a block, and the others go on after it.
import { EventEmitter, once } from 'node:events';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type { Kysely, Transaction } from 'kysely';
import { NetworkError } from '../network-error.js';
import { ensureFollowed, writeFollowedTables } from './followed-tables.js';
import { inBatches } from './in-batches.js';
import {
  BEGINNING,
  lockPosition,
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
  /** Told whenever another process has applied, or undone, what this one would have gone on from. */
  readonly onOther?: () => void;
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

/** Whether the tables lack blocks before these, too. */
const lacksEarlier = ({ nextBlock }: LedgerPosition, blocks: readonly CommittedBlock[]): boolean =>
  blocks.every(({ number }) => nextBlock < Number(number));

/**
 * @returns those blocks that the tables lack
 * @throws {NetworkError} LEDGER_DIFFERS when the tables have another block under the same number
 */
function missingBlocks(
  position: LedgerPosition,
  blocks: readonly CommittedBlock[],
): readonly CommittedBlock[] {
  const last = blocks.find(({ number }) => Number(number) === position.nextBlock - 1);
  if (last !== undefined && last.hash !== position.lastHash)
    throw new NetworkError(
      'LEDGER_DIFFERS',
      `The tables have another block ${last.number.toString()}.`,
    );
  return blocks.filter(({ number }) => Number(number) >= position.nextBlock);
}

const isSame = (a: LedgerPosition, b: LedgerPosition): boolean =>
  a.nextBlock === b.nextBlock && a.lastHash === b.lastHash;

const justApply = (_: unknown, apply: () => Promise<void>): Promise<void> => apply();

const MOVED = 'moved';

/** Several processes may follow on one database: each block is applied by one of them. */
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
    await this.ensureUpToDate();
    let position: LedgerPosition | undefined = await readPosition(this.#own(this.#options.db));
    await this.#ensureSameLedger(position, signal);
    this.#moveTo(position);
    while (position !== undefined) position = await this.#followFrom(position, signal);
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
    await this.#options.db.transaction().execute(async (transaction) => {
      await this.#claim(transaction);
    });
  }

  /** Empties what blocks alone say, so that the next run makes it anew from block 0. */
  async rebuild(): Promise<void> {
    const { db, projections } = this.#options;
    await db.transaction().execute(async (transaction) => {
      await lockPosition(this.#own(transaction));
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

  /** @returns where to read from when somebody has made the tables anew meanwhile; undefined when the stream or the signal has ended it */
  async #followFrom(
    from: LedgerPosition,
    signal: AbortSignal,
  ): Promise<LedgerPosition | undefined> {
    const open = (ended: AbortSignal) =>
      this.#options.source.committedBlocks(BigInt(from.nextBlock), ended);
    for await (const batch of inBatches(open, MOST_BLOCKS, signal)) {
      const position = await this.#apply(batch);
      this.#moveTo(position);
      if (signal.aborted) return undefined;
      if (lacksEarlier(position, batch)) return position;
    }
    return undefined;
  }

  /** @returns how far the tables are then: after the blocks, unless they were made anew meanwhile */
  async #apply(blocks: readonly CommittedBlock[]): Promise<LedgerPosition> {
    const { db, projections, around = justApply, onOther } = this.#options;
    return db.transaction().execute(async (transaction) => {
      const from = await this.#claim(transaction);
      const isMoved = this.#position !== undefined && !isSame(from, this.#position);
      if (isMoved) onOther?.();
      if (isMoved && lacksEarlier(from, blocks)) return from;
      const missing = missingBlocks(from, blocks);
      if (missing.length === 0) return from;
      const position = missing.reduce(after, from);
      await around(transaction, () => applyTo(projections, transaction, missing));
      await writePosition(this.#own(transaction), position);
      return position;
    });
  }

  /**
   * Nobody else applies blocks until the transaction has ended.
   * @returns how far the tables are
   * @throws {NetworkError} TABLES_OUTDATED, also when another version of the node has begun to fill them
   */
  async #claim(transaction: Transaction<Tables>): Promise<LedgerPosition> {
    const own = this.#own(transaction);
    const position = await lockPosition(own);
    await ensureFollowed(own, this.#options.projections, position.nextBlock);
    return position;
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
