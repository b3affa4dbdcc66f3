// SPDX-License-Identifier: Apache-2.0
// One transaction's simulation on one peer: reads committed state only, and collects the read and write sets.
import { sha256 } from './digest';
import { compareKeys } from './key-order';
import { RangeScan, type Page } from './range-scan';
import type { Row } from './sorted-rows';
import type {
  CollectionHashes,
  HashedRead,
  HashedWrite,
  KeyRead,
  KeyWrite,
  PrivateWrite,
  RangeRead,
  Version,
} from './types';
import type { CollectionState, WorldState } from './world-state';

/** Which peer simulates, and for whom. */
export interface SimulationContext {
  readonly world: WorldState;
  readonly channel: string;
  readonly chaincode: string;
  readonly txId: string;
  readonly creatorMspId: string;
  readonly endorserMspId: string;
  /** The most rows of one range query. */
  readonly totalQueryLimit: number;
}

interface CollectionAccess {
  readonly reads: Map<string, HashedRead>;
  readonly writes: Map<string, HashedWrite>;
  readonly privateWrites: Map<string, PrivateWrite>;
}

const NO_BYTES = new Uint8Array();

function sorted<T>(entries: ReadonlyMap<string, T>): T[] {
  return [...entries].sort(([a], [b]) => compareKeys(a, b)).map(([, value]) => value);
}

function sameVersion(a: Version | null, b: Version | null): boolean {
  return a?.block === b?.block && a?.tx === b?.tx;
}

function describe(version: Version | null): string {
  return version ? `{BlockNum: ${version.block}, TxNum: ${version.tx}}` : '<nil>';
}

/** The peer's transaction simulator. Messages are the peer's own. */
export class Simulator {
  readonly #context: SimulationContext;
  readonly #reads = new Map<string, KeyRead>();
  readonly #writes = new Map<string, KeyWrite>();
  readonly #collections = new Map<string, CollectionAccess>();
  readonly #scans: RangeScan[] = [];
  #wrote = false;
  #paginated = false;
  #queriedPrivateData = false;

  constructor(context: SimulationContext) {
    this.#context = context;
  }

  get txId(): string {
    return this.#context.txId;
  }

  getState(key: string): Uint8Array {
    const row = this.#context.world.rows.get(key);
    this.#reads.set(key, { key, version: row?.version ?? null });
    return row?.value ?? NO_BYTES;
  }

  /** An empty value deletes the key, because the peer cannot tell it from no value. */
  putState(key: string, value: Uint8Array): void {
    this.#beforeWrite();
    this.#writes.set(key, { key, isDelete: value.length === 0, value });
  }

  deleteState(key: string): void {
    this.putState(key, NO_BYTES);
  }

  scan(startKey: string, endKey: string, page: Page): RangeScan {
    if (page.size > 0 || page.bookmark !== '') this.#beforePaginatedQuery();
    const { world, totalQueryLimit } = this.#context;
    const scan = new RangeScan(world.rows, startKey, endKey, page, totalQueryLimit);
    this.#scans.push(scan);
    return scan;
  }

  getPrivateData(collection: string, key: string): Uint8Array {
    const state = this.#readable(collection);
    const row = this.#held(state, key);
    const hash = state.hashes.get(sha256(key));
    const [publicVersion, privateVersion] = [hash?.version ?? null, row?.version ?? null];
    if (!sameVersion(publicVersion, privateVersion)) {
      throw new Error(
        `private data matching public hash version is not available. Public hash version = ${describe(publicVersion)}, Private data version = ${describe(privateVersion)}`,
      );
    }
    this.#recordHashedRead(collection, key, privateVersion);
    return row?.value ?? NO_BYTES;
  }

  /** Every member may read it, whatever the collection's policy. */
  getPrivateDataHash(collection: string, key: string): Uint8Array {
    const hash = this.#configured(collection).hashes.get(sha256(key));
    this.#recordHashedRead(collection, key, hash?.version ?? null);
    return hash ? Buffer.from(hash.valueHash, 'hex') : NO_BYTES;
  }

  /** Not recorded for validation, so it is refused in transactions that write. */
  scanPrivateData(collection: string, startKey: string, endKey: string): RangeScan {
    const state = this.#readable(collection);
    if (this.#wrote)
      this.#refuse('Queries on pvt data is supported only in a read-only transaction');
    this.#queriedPrivateData = true;
    if (!this.#holds(state)) return new RangeScan(state.rows, startKey, startKey);
    return new RangeScan(state.rows, startKey, endKey);
  }

  putPrivateData(collection: string, key: string, value: Uint8Array, isPurge = false): void {
    this.#writable(collection);
    this.#beforeWrite();
    const isDelete = value.length === 0;
    const access = this.#access(collection);
    const valueHash = isDelete ? '' : sha256(value);
    access.writes.set(key, { keyHash: sha256(key), isDelete, isPurge, valueHash });
    access.privateWrites.set(key, { collection, key, isDelete, value });
  }

  deletePrivateData(collection: string, key: string): void {
    this.putPrivateData(collection, key, NO_BYTES);
  }

  purgePrivateData(collection: string, key: string): void {
    this.putPrivateData(collection, key, NO_BYTES, true);
  }

  readSet(): KeyRead[] {
    return sorted(this.#reads);
  }

  writeSet(): KeyWrite[] {
    return sorted(this.#writes);
  }

  /** One record for each different range, in the order of first use. */
  rangeReads(): RangeRead[] {
    const ranges = new Map<string, RangeRead>();
    for (const record of this.#scans.map((scan) => scan.record())) {
      const name = JSON.stringify([record.startKey, record.endKey, record.exhausted]);
      if (!ranges.has(name)) ranges.set(name, record);
    }
    return [...ranges.values()];
  }

  collections(): CollectionHashes[] {
    const named = [...this.#collections].map(([collection, { reads, writes }]) => {
      const hashes = { collection, reads: sorted(reads), writes: sorted(writes) };
      return [collection, hashes] as const;
    });
    return sorted(new Map(named));
  }

  privateWrites(): PrivateWrite[] {
    return sorted(this.#collections).flatMap(({ privateWrites }) => sorted(privateWrites));
  }

  #access(collection: string): CollectionAccess {
    const known = this.#collections.get(collection);
    if (known) return known;
    const access = { reads: new Map(), writes: new Map(), privateWrites: new Map() };
    this.#collections.set(collection, access);
    return access;
  }

  #recordHashedRead(collection: string, key: string, version: Version | null): void {
    this.#access(collection).reads.set(key, { keyHash: sha256(key), version });
  }

  #holds(state: CollectionState): boolean {
    return state.config.members.includes(this.#context.endorserMspId);
  }

  #held(state: CollectionState, key: string): Row | undefined {
    return this.#holds(state) ? state.rows.get(key) : undefined;
  }

  #configured(collection: string): CollectionState {
    const state = this.#context.world.collection(collection);
    if (state) return state;
    const { chaincode } = this.#context;
    throw new Error(
      `collection [${collection}] not defined in the collection config for chaincode [${chaincode}]`,
    );
  }

  #readable(collection: string): CollectionState {
    return this.#permitted(collection, 'read', ({ memberOnlyRead }) => memberOnlyRead === true);
  }

  #writable(collection: string): CollectionState {
    return this.#permitted(collection, 'write', ({ memberOnlyWrite }) => memberOnlyWrite === true);
  }

  #permitted(
    name: string,
    access: 'read' | 'write',
    membersOnly: (config: CollectionState['config']) => boolean,
  ): CollectionState {
    const { world, channel, chaincode, creatorMspId } = this.#context;
    const state = world.collection(name);
    if (!state) throw new Error(`collection ${channel}/${chaincode}/${name} could not be found`);
    if (membersOnly(state.config) && !state.config.members.includes(creatorMspId)) {
      throw new Error(
        `tx creator does not have ${access} access permission on privatedata in chaincodeName:${chaincode} collectionName: ${name}`,
      );
    }
    return state;
  }

  #beforeWrite(): void {
    if (this.#queriedPrivateData) {
      this.#refuse('Transaction has already performed queries on pvt data. Writes are not allowed');
    }
    if (this.#paginated) {
      this.#refuse('Transaction has already performed a paginated query. Writes are not allowed');
    }
    this.#wrote = true;
  }

  #beforePaginatedQuery(): void {
    if (this.#wrote) {
      this.#refuse('Paginated queries are supported only in a read-only transaction');
    }
    this.#paginated = true;
  }

  #refuse(why: string): never {
    // The spelling is the peer's.
    throw new Error(`txid [${this.txId}]: unsuppored transaction. ${why}`);
  }
}
