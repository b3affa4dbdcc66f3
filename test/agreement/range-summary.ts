// SPDX-License-Identifier: Apache-2.0
// How a peer notes the rows of a range that it read: up to fifty directly, more as the hashes of a Merkle tree.
import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import { firstOf, itemAt, lastOf } from '../support/defined.js';

const { QueryReads, QueryReadsMerkleSummary } = ledger.rwset.kvrwset;
type KVRead = ledger.rwset.kvrwset.KVRead;

/** Rows under one leaf, and hashes under one node, are one more than this: the peer looks only after it has added one. */
const MOST = 50;

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

function leaf(rows: KVRead[]): Buffer {
  const reads = new QueryReads();
  reads.setKvReadsList(rows);
  return hash(reads.serializeBinary());
}

/** Hashes wait at their level until there are too many, then one hash of them all moves up. */
class Levels {
  readonly #waiting: Buffer[][] = [[]];

  add(hashed: Buffer): void {
    this.#push(0, hashed);
  }

  /** Moves what waits below to the highest level. @returns its number, from 1, and its hashes */
  top(): { level: number; hashes: Buffer[] } {
    for (let level = 0; level < this.#waiting.length - 1; level += 1) {
      const waiting = itemAt(this.#waiting, level);
      this.#waiting[level] = [];
      if (waiting.length > 0)
        itemAt(this.#waiting, level + 1).push(
          waiting.length === 1 ? firstOf(waiting) : hash(...waiting),
        );
    }
    const hashes = lastOf(this.#waiting);
    if (hashes.length <= MOST) return { level: this.#waiting.length, hashes };
    return { level: this.#waiting.length + 1, hashes: [hash(...hashes)] };
  }

  #push(level: number, hashed: Buffer): void {
    const waiting = (this.#waiting[level] ??= []);
    waiting.push(hashed);
    if (waiting.length <= MOST) return;
    this.#waiting[level] = [];
    this.#push(level + 1, hash(...waiting));
  }
}

/** @returns the summary, or undefined when the rows are few enough to be listed. */
export function summaryOf(
  rows: readonly KVRead[],
): ledger.rwset.kvrwset.QueryReadsMerkleSummary | undefined {
  if (rows.length <= MOST) return undefined;
  const levels = new Levels();
  for (let start = 0; start < rows.length; start += MOST + 1)
    levels.add(leaf(rows.slice(start, start + MOST + 1)));
  const { level, hashes } = levels.top();
  const summary = new QueryReadsMerkleSummary();
  summary.setMaxDegree(MOST);
  summary.setMaxLevel(level);
  summary.setMaxLevelHashesList(hashes);
  return summary;
}
