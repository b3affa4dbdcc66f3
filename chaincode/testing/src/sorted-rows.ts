// SPDX-License-Identifier: Apache-2.0
// Versioned rows in key order: the state database of one namespace or collection.
import { compareKeys } from './key-order';
import type { Version } from './types';

export interface Row {
  readonly key: string;
  readonly value: Uint8Array;
  readonly version: Version;
}

/** A map from key to row. Its ranges are in byte order. */
export class SortedRows {
  readonly #rows: Map<string, Row>;
  readonly #keys: string[];

  constructor(rows: ReadonlyMap<string, Row> = new Map(), keys: readonly string[] = []) {
    this.#rows = new Map(rows);
    this.#keys = [...keys];
  }

  /** @returns an independent copy. */
  clone(): SortedRows {
    return new SortedRows(this.#rows, this.#keys);
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  put(row: Row): void {
    if (!this.#rows.has(row.key)) this.#keys.splice(this.#position(row.key), 0, row.key);
    this.#rows.set(row.key, row);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#keys.splice(this.#position(key), 1);
  }

  /** Rows from `startKey` up to, but not including, `endKey`. An empty `endKey` means up to the last row. */
  *range(startKey: string, endKey: string): Generator<Row, undefined> {
    for (let i = this.#position(startKey); i < this.#keys.length; i++) {
      const key = this.#keys[i] ?? '';
      if (endKey !== '' && compareKeys(key, endKey) >= 0) return;
      const row = this.#rows.get(key);
      if (row) yield row;
    }
  }

  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
