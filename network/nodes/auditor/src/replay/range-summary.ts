// SPDX-License-Identifier: Apache-2.0
// How a peer notes the rows of a range that a transaction read: up to fifty one by one, more as the hashes of a Merkle tree. See
// `merkleTree` in core/ledger/kvledger/txmgmt/rwsetutil of Fabric.
import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import type { RangeSummary, ReadRow } from '../blocks/raw-block.js';

const { KVRead, QueryReads, Version } = ledger.rwset.kvrwset;

/** Rows under one leaf, and hashes under one node, are one more than this: the peer looks only after it has added one. */
const MOST = 50;

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

function readOf({ key, version }: ReadRow): ledger.rwset.kvrwset.KVRead {
  const read = new KVRead();
  read.setKey(key);
  if (version === null) return read;
  const message = new Version();
  message.setBlockNum(version.block);
  message.setTxNum(version.tx);
  read.setVersion(message);
  return read;
}

function leaf(rows: readonly ReadRow[]): Buffer {
  const reads = new QueryReads();
  reads.setKvReadsList(rows.map(readOf));
  return hash(reads.serializeBinary());
}

/** Hashes wait at their level until there are too many, then one hash of them all moves up. */
class Levels {
  readonly #waiting: Buffer[][] = [[]];

  add(hashed: Buffer): void {
    this.#push(0, hashed);
  }

  /** Moves what waits below to the highest level. @returns its number, from 1, and its hashes */
  top(): { readonly level: number; readonly hashes: readonly Buffer[] } {
    const highest = this.#waiting.length - 1;
    for (let level = 0; level < highest; level += 1) {
      const waiting = this.#at(level);
      this.#waiting[level] = [];
      const [only] = waiting;
      if (only !== undefined)
        this.#at(level + 1).push(waiting.length === 1 ? only : hash(...waiting));
    }
    const hashes = this.#at(highest);
    if (hashes.length <= MOST) return { level: this.#waiting.length, hashes };
    return { level: this.#waiting.length + 1, hashes: [hash(...hashes)] };
  }

  #at(level: number): Buffer[] {
    return (this.#waiting[level] ??= []);
  }

  #push(level: number, hashed: Buffer): void {
    const waiting = this.#at(level);
    waiting.push(hashed);
    if (waiting.length <= MOST) return;
    this.#waiting[level] = [];
    this.#push(level + 1, hash(...waiting));
  }
}

/** @returns the summary, or undefined when the rows are few enough to be listed */
export function rangeSummary(rows: readonly ReadRow[]): RangeSummary | undefined {
  if (rows.length <= MOST) return undefined;
  const levels = new Levels();
  for (let start = 0; start < rows.length; start += MOST + 1)
    levels.add(leaf(rows.slice(start, start + MOST + 1)));
  const { level, hashes } = levels.top();
  return {
    maxDegree: MOST,
    maxLevel: level,
    hashes: hashes.map((each) => each.toString('hex')),
  };
}
