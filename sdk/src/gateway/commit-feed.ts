// SPDX-License-Identifier: Apache-2.0
// Tells many calls the outcome of their transactions, out of one stream of blocks. Without it, each call asks its peer by a
// signed request, which the peer checks like a proposal and keeps open until the commit. A call that hears nothing in time
// still asks, so only speed depends on the stream.
import {
  StatusCode,
  type CloseableAsyncIterable,
  type Network,
  type Status,
} from '@hyperledger/fabric-gateway';
import type { AskStatus } from './commit-status.js';

type Blocks = Awaited<ReturnType<Network['getFilteredBlockEvents']>>;
type FilteredBlock = Blocks extends CloseableAsyncIterable<infer Block> ? Block : never;

/** How one connection listens to blocks, and asks for an outcome. */
export interface CommitSource {
  /** Blocks from now on. */
  readonly blocks: () => Promise<Blocks>;
  readonly ask: AskStatus;
}

/** A transaction that is about to be sent. */
export interface Watch {
  /** The outcome. Undefined when the feed does not know it, and the caller has to ask the peer. */
  readonly told: Promise<Status | undefined>;
  /** Call it when nobody waits any more. */
  end(): void;
}

interface Waiter {
  readonly transactionId: string;
  readonly ask: AskStatus;
  readonly since: number;
  readonly tell: (status: Status | undefined) => void;
}

/** From this many calls in progress on, one stream costs less than their separate questions. */
const CROWD = 16;

/** On a healthy network every block takes less than this. */
const PATIENCE_MS = 2_000;

/** How long an unused stream stays open, and how long a broken one stays closed. */
const REST_MS = 5_000;

const LOOK_EVERY_MS = 500;

/**
 * Reports commits: by one stream of a peer's blocks while many calls are in progress, else by one question for each call.
 * Several connections may share it.
 */
export class CommitFeed {
  readonly #waiting = new Map<string, Waiter>();
  #underWay = 0;
  #idleSince = 0;
  /** The connection whose stream is used, while there is one. */
  #listener: CommitSource | undefined;
  /** After the stream broke off, it is not opened again before this time. */
  #restsUntil = 0;
  /** Whether blocks have arrived. Transactions sent from then on cannot be missed. */
  #isLive = false;
  #close = (): void => undefined;

  /** Call it before the transaction is sent. */
  watch(transactionId: string, source: CommitSource): Watch {
    this.#underWay += 1;
    this.#listenInACrowd(source);
    const { ask } = source;
    const told = this.#isLive
      ? new Promise<Status | undefined>((tell) => {
          this.#waiting.set(transactionId, { transactionId, ask, since: performance.now(), tell });
        })
      : Promise.resolve(undefined);
    return { told, end: () => this.#end(transactionId) };
  }

  #end(transactionId: string): void {
    this.#underWay -= 1;
    this.#waiting.delete(transactionId);
    this.#idleSince = performance.now();
  }

  #listenInACrowd(source: CommitSource): void {
    const isDue = this.#underWay >= CROWD && performance.now() >= this.#restsUntil;
    if (isDue && this.#listener === undefined) void this.#listen(source);
  }

  /** Call it when a connection closes. Its stream ends, and other connections continue with one of theirs. */
  leave(source: CommitSource): void {
    if (this.#listener === source) this.#close();
  }

  async #listen(source: CommitSource): Promise<void> {
    this.#listener = source;
    const look = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS).unref();
    try {
      const blocks = await source.blocks();
      this.#close = () => {
        blocks.close();
      };
      for await (const block of blocks) this.#hear(block);
    } catch {
      this.#rest();
    } finally {
      clearInterval(look);
      this.#listener = undefined;
      this.#isLive = false;
      this.#close = () => undefined;
      this.#giveUp(() => true);
    }
  }

  #rest(): void {
    this.#restsUntil = performance.now() + REST_MS;
    this.#close();
  }

  /** Closes a stream that delivers nothing to those who wait, and one that nobody needs. */
  #look(): void {
    const now = performance.now();
    const isTired = ({ since }: Waiter): boolean => now >= since + PATIENCE_MS;
    if ([...this.#waiting.values()].some(isTired)) {
      this.#giveUp(isTired);
      this.#rest();
    } else if (this.#underWay === 0 && now >= this.#idleSince + REST_MS) this.#close();
  }

  #giveUp(isTired: (waiting: Waiter) => boolean): void {
    for (const waiting of [...this.#waiting.values()].filter(isTired)) {
      this.#waiting.delete(waiting.transactionId);
      waiting.tell(undefined);
    }
  }

  #hear(block: FilteredBlock): void {
    this.#isLive = true;
    const blockNumber = BigInt(block.getNumber());
    const heard = block.getFilteredTransactionsList().flatMap((transaction) => {
      const transactionId = transaction.getTxid();
      const code = transaction.getTxValidationCode();
      const waiting = this.#waiting.get(transactionId);
      // The block does not tell whether this is the first or the second copy. The peer knows.
      if (waiting === undefined || code === StatusCode.DUPLICATE_TXID) return [];
      this.#waiting.delete(transactionId);
      const successful = code === StatusCode.VALID;
      return [{ waiting, status: { blockNumber, code, successful, transactionId } }];
    });
    void this.#confirm(heard);
  }

  /**
   * A peer delivers a block before it commits its state, and tells the outcome of a transaction only after that. So one
   * question for each block remains: a caller that continued too early would read the old state.
   */
  async #confirm(
    heard: readonly { readonly waiting: Waiter; readonly status: Status }[],
  ): Promise<void> {
    const [first] = heard;
    if (first === undefined) return;
    const { ask, transactionId } = first.waiting;
    const isCommitted = await ask(transactionId, PATIENCE_MS).then(
      () => true,
      () => false,
    );
    for (const { waiting, status } of heard) waiting.tell(isCommitted ? status : undefined);
  }
}
