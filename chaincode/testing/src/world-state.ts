// SPDX-License-Identifier: Apache-2.0
// The committed state: public rows, and for each collection its private rows beside the hashes that every member holds.
import { sha256 } from './digest';
import { SortedRows } from './sorted-rows';
import type { CollectionConfig, Endorsement, HashedWrite, PrivateWrite, Version } from './types';

export interface HashRow {
  readonly valueHash: string;
  readonly version: Version;
}

interface Expiry {
  readonly collection: string;
  readonly key: string;
  readonly version: Version;
}

export class CollectionState {
  readonly hashes: Map<string, HashRow>;

  constructor(
    readonly config: CollectionConfig,
    readonly rows = new SortedRows(),
    hashes: ReadonlyMap<string, HashRow> = new Map(),
  ) {
    this.hashes = new Map(hashes);
  }

  clone(): CollectionState {
    return new CollectionState(this.config, this.rows.clone(), this.hashes);
  }
}

/** The state after the last block. */
export class WorldState {
  readonly rows: SortedRows;
  readonly #collections: ReadonlyMap<string, CollectionState>;
  readonly #expiries = new Map<number, Expiry[]>();

  constructor(collections: readonly CollectionState[], rows = new SortedRows()) {
    this.rows = rows;
    this.#collections = new Map(collections.map((each) => [each.config.name, each]));
  }

  /** @returns an independent copy. */
  clone(): WorldState {
    const collections = [...this.#collections.values()].map((each) => each.clone());
    const copy = new WorldState(collections, this.rows.clone());
    for (const [block, due] of this.#expiries) copy.#expiries.set(block, [...due]);
    return copy;
  }

  collection(name: string): CollectionState | undefined {
    return this.#collections.get(name);
  }

  /** Writes the results of a valid transaction. */
  apply(endorsement: Endorsement, version: Version): void {
    for (const { key, isDelete, value } of endorsement.writeSet) {
      if (isDelete) this.rows.delete(key);
      else this.rows.put({ key, value, version });
    }
    for (const { collection, writes } of endorsement.collections) {
      for (const write of writes) this.#applyHash(collection, write, version);
    }
    for (const write of endorsement.privateWrites) this.#applyPrivate(write, version);
  }

  /** Purges the private rows whose lifetime in blocks ends with `block`. */
  expire(block: number): void {
    for (const { collection: name, key, version } of this.#expiries.get(block) ?? []) {
      const collection = this.collection(name);
      // A later write of the same key has its own lifetime.
      if (collection?.rows.get(key)?.version !== version) continue;
      collection.rows.delete(key);
      collection.hashes.delete(sha256(key));
    }
    this.#expiries.delete(block);
  }

  #applyHash(name: string, write: HashedWrite, version: Version): void {
    const hashes = this.collection(name)?.hashes;
    if (write.isDelete) hashes?.delete(write.keyHash);
    else hashes?.set(write.keyHash, { valueHash: write.valueHash, version });
  }

  #applyPrivate({ collection: name, key, isDelete, value }: PrivateWrite, version: Version): void {
    const collection = this.collection(name);
    if (!collection) return;
    if (isDelete) {
      collection.rows.delete(key);
      return;
    }
    collection.rows.put({ key, value, version });
    const blocks = collection.config.blockToLive ?? 0;
    if (blocks > 0) this.#schedule(version.block + blocks + 1, { collection: name, key, version });
  }

  #schedule(block: number, expiry: Expiry): void {
    const due = this.#expiries.get(block) ?? [];
    due.push(expiry);
    this.#expiries.set(block, due);
  }
}
