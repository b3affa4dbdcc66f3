// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of Certificate Transparency (RFC 9162 §2.1): a leaf's hash is SHA-256(0x00 ‖ leaf), a node's SHA-256(0x01 ‖ left
// ‖ right). The last node of a level without a partner stands unchanged in the level above.
import { sha256 } from '../platform/crypto.js';

const LENGTH = 32;
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** @returns the hash of a leaf, 32 bytes */
export const leafHash = (leaf: Uint8Array): Buffer => sha256(Buffer.concat([LEAF, leaf]));

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  sha256(Buffer.concat([NODE, left, right]));

const at = (level: Buffer, index: number): Buffer =>
  level.subarray(index * LENGTH, (index + 1) * LENGTH);

const countOf = (level: Buffer): number => level.length / LENGTH;

function levelAbove(level: Buffer): Buffer {
  const count = countOf(level);
  const above = Buffer.alloc(Math.ceil(count / 2) * LENGTH);
  for (let index = 0; index < count; index += 2) {
    const [left, right] = [at(level, index), at(level, index + 1)];
    (right.length === 0 ? left : nodeHash(left, right)).copy(above, (index / 2) * LENGTH);
  }
  return above;
}

/** A tree over leaves in a given order. It keeps all hashes: 64 bytes a leaf. */
export class MerkleTree {
  readonly #levels: readonly Buffer[];

  /** @param hashes the hashes of the leaves, in order */
  constructor(hashes: readonly Uint8Array[]) {
    const levels: Buffer[] = [Buffer.concat(hashes)];
    for (let level = levels[0]; level !== undefined && countOf(level) > 1; level = levels.at(-1))
      levels.push(levelAbove(level));
    this.#levels = levels;
  }

  /** The number of leaves. */
  get size(): number {
    return countOf(this.#levels[0] ?? LEAF);
  }

  /** The hash of the whole tree, 32 bytes; SHA-256 of nothing for a tree without leaves. */
  get root(): Buffer {
    return this.size === 0 ? sha256('') : Buffer.from(this.#levels.at(-1) ?? LEAF);
  }

  /** @returns the inclusion path of a leaf (RFC 9162 §2.1.3.1), the sibling of the leaf first */
  pathOf(index: number): readonly Buffer[] {
    if (index < 0 || index >= this.size) throw new RangeError('The tree has no such leaf.');
    return this.#levels.flatMap((level, height) => {
      const sibling = at(level, (index >> height) ^ 1);
      return sibling.length === 0 ? [] : [Buffer.from(sibling)];
    });
  }
}

/** Where a leaf stands in a tree, and the hashes beside the way to the root. */
export interface InclusionPath {
  readonly index: number;
  /** The number of leaves. */
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/** The largest tree whose places are numbers that shift like bits. */
const MOST_LEAVES = 2 ** 31 - 1;

const isPlace = ({ index, size }: InclusionPath): boolean =>
  [index, size].every(Number.isInteger) && index >= 0 && index < size && size <= MOST_LEAVES;

/**
 * Climbs from a leaf to the root (RFC 9162 §2.1.3.2).
 * @param hash of the leaf
 * @returns the root that the path leads to; undefined when a tree of this size has no such path
 */
export function rootFrom(hash: Uint8Array, inclusion: InclusionPath): Buffer | undefined {
  if (!isPlace(inclusion)) return undefined;
  let [node, last] = [inclusion.index, inclusion.size - 1];
  let root: Buffer = Buffer.from(hash);
  for (const sibling of inclusion.path) {
    if (last === 0 || sibling.length !== LENGTH) return undefined;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      // The last node of a level without a partner has climbed unchanged.
      while (node % 2 === 0 && node !== 0) [node, last] = [node >> 1, last >> 1];
    } else root = nodeHash(root, sibling);
    [node, last] = [node >> 1, last >> 1];
  }
  return last === 0 ? root : undefined;
}
