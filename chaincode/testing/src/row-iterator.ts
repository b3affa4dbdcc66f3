// SPDX-License-Identifier: Apache-2.0
// The iterator that a contract gets from a range query. It asks the peer for one batch at a time.
import type { Iterators } from 'fabric-shim';
import type { RowBatch } from './range-scan';
import type { Row } from './sorted-rows';

/** What an iterator needs from its peer. */
export interface BatchSource {
  fetch(): Promise<RowBatch>;
  close(): Promise<void>;
}

type Next = Iterators.NextResult<Iterators.KV>;

// The shim leaves out the namespace that its type declares.
function asKeyValue({ key, value }: Row): Iterators.KV {
  return { key, value: Buffer.from(value) } as Partial<Iterators.KV> as Iterators.KV;
}

/** Behaves like the shim's iterator: rows carry only key and value, and the end has no value. */
export class RowIterator implements Iterators.StateQueryIterator {
  #batch: RowBatch;
  #position = 0;

  constructor(
    private readonly source: BatchSource,
    first: RowBatch,
  ) {
    this.#batch = first;
  }

  async next(): Promise<Next> {
    if (this.#position === this.#batch.rows.length && this.#batch.hasMore) {
      this.#batch = await this.source.fetch();
      this.#position = 0;
    }
    const row = this.#batch.rows[this.#position++];
    if (row) return { value: asKeyValue(row), done: false };
    await this.source.close();
    return { done: true } as Next;
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
