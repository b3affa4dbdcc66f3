// SPDX-License-Identifier: Apache-2.0
// Tells many calls at once what became of their transactions, out of one stream of blocks, where each would have asked its
// peer by itself: a signed request, which the peer checks like a proposal and keeps open until the commit. Whoever is not told
// in time asks as before, so that nothing depends on the stream but speed.
import {
  StatusCode,
  type CloseableAsyncIterable,
  type Network,
  type Status,
} from '@hyperledger/fabric-gateway';
import type { AskStatus } from './commit-status.js';

type Blocks = Awaited<ReturnType<Network['getFilteredBlockEvents']>>;
type FilteredBlock = Blocks extends CloseableAsyncIterable<infer Block> ? Block : never;

/** How one connection listens, and asks. */
export interface CommitSource {
  /** Blocks from now on. */
  readonly blocks: () => Promise<Blocks>;
  readonly ask: AskStatus;
}

/** A transaction that is about to be sent. */
export interface Watch {
  /** What became of it; undefined when the feed cannot tell, and one has to ask. */
  readonly told: Promise<Status | undefined>;
  /** To be called when nobody waits any more. */
  end(): void;
}

interface Waiting {
  readonly transactionId: string;
  readonly ask: AskStatus;
  readonly since: number;
  readonly tell: (status: Status | undefined) => void;
}

/** Calls under way at once from which on a stream costs less than their questions. */
const CROWD = 16;

/** Longer than any block takes on a network that is well. */
const PATIENCE_MS = 2_000;

/** How long the stream stays open for nobody, and closed after it broke off. */
const REST_MS = 5_000;

const LOOK_EVERY_MS = 500;

/** Hears of commits: one stream of a peer's blocks while many calls are under way, a question a call else. Shared by connections. */
export class CommitFeed {
  readonly #waiting = new Map<string, Waiting>();
  #underWay = 0;
  #idleSince = 0;
  /** Whose stream it is, while there is one. */
  #listener: CommitSource | undefined;
  /** Not before then is it tried again, after it broke off. */
  #restsUntil = 0;
  /** Whether blocks have come: what is sent from then on cannot be missed. */
  #isLive = false;
  #close = (): void => undefined;

  /** To be called before the transaction is sent. */
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

  /** To be called when a connection closes: its stream ends, and others go on with one of theirs. */
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

  /** A stream on which somebody waits in vain may stand still, and one that nobody waits on is not needed. */
  #look(): void {
    const now = performance.now();
    const isTired = ({ since }: Waiting): boolean => now >= since + PATIENCE_MS;
    if ([...this.#waiting.values()].some(isTired)) {
      this.#giveUp(isTired);
      this.#rest();
    } else if (this.#underWay === 0 && now >= this.#idleSince + REST_MS) this.#close();
  }

  #giveUp(isTired: (waiting: Waiting) => boolean): void {
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
      // Whether it is the first or the second of two copies, the peer knows.
      if (waiting === undefined || code === StatusCode.DUPLICATE_TXID) return [];
      this.#waiting.delete(transactionId);
      const successful = code === StatusCode.VALID;
      return [{ waiting, status: { blockNumber, code, successful, transactionId } }];
    });
    void this.#confirm(heard);
  }

  /**
   * A peer gives a block away before it has committed its state, and answers what became of a transaction after that. So one
   * question a block is left: who goes on too early would read what was before.
   */
  async #confirm(
    heard: readonly { readonly waiting: Waiting; readonly status: Status }[],
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
