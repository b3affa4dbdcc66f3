// SPDX-License-Identifier: Apache-2.0
// Replaces the shim's connection to its peer. The real ChaincodeStub calls these methods, which have the shim's names.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueryResponseMetadata } from 'fabric-shim';
import { readQueryMetadata } from './query-metadata';
import { RowIterator } from './row-iterator';
import type { RangeScan } from './range-scan';
import type { Simulator } from './simulator';

type Bytes = Uint8Array | undefined;

interface RangeAnswer {
  readonly iterator: RowIterator;
  readonly metadata?: QueryResponseMetadata;
}

/** Requests that the contract did not await, and iterators that it neither closed nor read to the end. */
export interface LeftBehind {
  readonly requests: number;
  readonly iterators: number;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Answers each request in a later turn of the event loop, like a peer. So a request that a contract did not await is still
 * open when the transaction ends.
 */
export class PeerConnection {
  readonly #simulator: Simulator;
  readonly #answersAtOnce: boolean;
  readonly #open = new Set<RangeScan>();
  readonly #underWay = new Set<Promise<unknown>>();

  /** @param answersAtOnce in the same turn, which is faster: for contracts that are known to await everything */
  constructor(simulator: Simulator, answersAtOnce = false) {
    this.#simulator = simulator;
    this.#answersAtOnce = answersAtOnce;
  }

  /** Waits for open requests. Call it when the transaction has answered. */
  async finish(): Promise<LeftBehind> {
    const left = { requests: this.#underWay.size, iterators: this.#open.size };
    await Promise.allSettled(this.#underWay);
    return left;
  }

  handleGetState(collection: string, key: string): Promise<Buffer> {
    return this.#ask('GET_STATE', () =>
      Buffer.from(
        collection === ''
          ? this.#simulator.getState(key)
          : this.#simulator.getPrivateData(collection, key),
      ),
    );
  }

  handleGetPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    return this.#ask('GET_PRIVATE_DATA_HASH', () =>
      Buffer.from(this.#simulator.getPrivateDataHash(collection, key)),
    );
  }

  handlePutState(collection: string, key: string, value: Bytes): Promise<Buffer> {
    // Copied now: the message has the content at the time of the call, even if the contract changes its buffer later.
    const bytes = Buffer.from(value ?? []);
    return this.#write('PUT_STATE', () => {
      if (collection === '') this.#simulator.putState(key, bytes);
      else this.#simulator.putPrivateData(collection, key, bytes);
    });
  }

  handleDeleteState(collection: string, key: string): Promise<Buffer> {
    return this.#write('DEL_STATE', () => {
      if (collection === '') this.#simulator.deleteState(key);
      else this.#simulator.deletePrivateData(collection, key);
    });
  }

  handlePurgeState(collection: string, key: string): Promise<Buffer> {
    return this.#write('PURGE_PRIVATE_DATA', () => {
      this.#simulator.purgePrivateData(collection, key);
    });
  }

  handleGetStateByRange(
    collection: string,
    startKey: string,
    endKey: string,
    _channel: string,
    _txId: string,
    metadata?: Uint8Array,
  ): Promise<RangeAnswer> {
    return this.#ask('GET_STATE_BY_RANGE', () => {
      if (collection !== '') {
        return this.#answer(this.#simulator.scanPrivateData(collection, startKey, endKey));
      }
      const page = readQueryMetadata(metadata);
      const scan = this.#simulator.scan(startKey, endKey, page);
      return page.size > 0 || page.bookmark !== '' ? this.#page(scan) : this.#answer(scan);
    });
  }

  handleGetQueryResult(): Promise<never> {
    return this.#ask('GET_QUERY_RESULT', () => {
      throw new Error('ExecuteQuery not supported for leveldb');
    });
  }

  handleGetHistoryForKey(): Promise<never> {
    return this.#unsupported('history of keys');
  }

  handlePutStateMetadata(): Promise<never> {
    return this.#unsupported('key-level endorsement policies');
  }

  handleGetStateMetadata(): Promise<never> {
    return this.#unsupported('key-level endorsement policies');
  }

  handleInvokeChaincode(): Promise<never> {
    return this.#unsupported('calls of other chaincode');
  }

  #answer(scan: RangeScan): RangeAnswer {
    this.#open.add(scan);
    return { iterator: new RowIterator(this.#source(scan), scan.fetch()) };
  }

  #page(scan: RangeScan): RangeAnswer {
    this.#open.add(scan);
    const batch = scan.fetch();
    const metadata = { fetchedRecordsCount: batch.rows.length, bookmark: scan.bookmark() };
    return { iterator: new RowIterator(this.#source(scan), batch), metadata };
  }

  #source(scan: RangeScan) {
    return {
      fetch: () => this.#ask('QUERY_STATE_NEXT', () => scan.fetch()),
      close: () => this.#ask('QUERY_STATE_CLOSE', () => void this.#open.delete(scan)),
    };
  }

  #write(request: string, change: () => void): Promise<Buffer> {
    return this.#ask(request, () => {
      change();
      return Buffer.alloc(0);
    });
  }

  #unsupported(what: string): Promise<never> {
    return Promise.reject(new Error(`the in-memory ledger has no ${what}`));
  }

  #ask<T>(request: string, answer: () => T): Promise<T> {
    const answered = this.#later(request, answer);
    this.#underWay.add(answered);
    const done = () => void this.#underWay.delete(answered);
    answered.then(done, done);
    return answered;
  }

  async #later<T>(request: string, answer: () => T): Promise<T> {
    if (!this.#answersAtOnce) await nextTurn();
    try {
      return answer();
    } catch (error) {
      const { txId } = this.#simulator;
      throw new Error(`${request} failed: transaction ID: ${txId}: ${reason(error)}`, {
        cause: error,
      });
    }
  }
}
