// SPDX-License-Identifier: Apache-2.0
// The tree over what a bank owes in one currency. Whoever gets a proof sees one leaf and hashes, and must not find another's
// balance by trying: payees' ids are public, and an amount has few digits. So each leaf carries a blinding of 32 bytes that nobody
// can guess. It follows from the leaf's holder and from a seed that belongs to one statement alone. The bank gives the seed to
// auditors, who have all rows anyway and make the same root from them; a holder gets the blinding of its own leaf only. Nothing on
// the ledger could take the seed's place: what stands there is known to every member, and a payee has nothing there that is secret.
// Leaves stand in the order of their hashes. In the order of their contents, the place of a leaf would tell its rank.
import * as z from 'zod';
import { byCodeUnit } from '../base/canonical.js';
import { currency, digest, identifier } from '../base/identifiers.js';
import { sumToUnits, SUM_PATTERN } from '../base/money.js';
import { sha256 } from '../platform/crypto.js';
import type { Liability } from './liabilities.js';
import { leafHash, MerkleTree, rootFrom } from './merkle-tree.js';

/** The length of a statement's seed, in bytes. */
export const SEED_LENGTH = 32;

const sum = z.string().regex(SUM_PATTERN).describe('minor units, decimal string of any length');

/** Schema of a leaf: what the bank owes one holder, blinded. */
export const backingLeaf = z.strictObject({
  bankId: identifier,
  currency,
  kind: z.enum(['customer', 'payee']),
  id: identifier.describe("the customer's pseudonym, or the payee's id"),
  amount: sum,
  blinding: digest.describe('32 bytes, hex'),
});

/** A leaf of a bank's tree. */
export type BackingLeaf = Readonly<z.output<typeof backingLeaf>>;

/**
 * @returns the bytes of a leaf: its canonical JSON (RFC 8785) in UTF-8. Its fields are texts, and stand here in their order, so that plain
 * JSON is the canonical form. A bank writes a hundred thousand of them.
 */
export const leafBytes = ({ amount, bankId, blinding, currency, id, kind }: BackingLeaf): Buffer =>
  Buffer.from(JSON.stringify({ amount, bankId, blinding, currency, id, kind }), 'utf8');

/** Two hashes of 32 bytes each, so that no blinding can be prolonged into another's. */
function blindingOf(seed: Uint8Array, { bankId, currency, kind, id }: Liability): string {
  const holder = sha256(JSON.stringify({ bankId, currency, id, kind }));
  return sha256(Buffer.concat([seed, holder])).toString('hex');
}

/** @returns the leaves of what a bank owes, blinded by the statement's seed */
export const leavesOf = (
  liabilities: readonly Liability[],
  seed: Uint8Array,
): readonly BackingLeaf[] =>
  liabilities.map((liability) => ({ ...liability, blinding: blindingOf(seed, liability) }));

/** Schema of the proof that a leaf is in a tree. */
export const backingProof = z.strictObject({
  leaf: backingLeaf,
  index: z.int().min(0).describe('place of the leaf in the tree, from 0'),
  size: z.int().min(1).describe('number of leaves'),
  path: z
    .array(digest)
    .max(64)
    .describe(
      'hashes beside the way to the root, that of the leaf’s sibling first (RFC 9162 §2.1.3)',
    ),
});

/** The proof that a leaf is in a tree. */
export type BackingProof = Readonly<z.output<typeof backingProof>>;

/** All leaves of one bank and currency. */
export class LeafTree {
  readonly #leaves: readonly BackingLeaf[];
  readonly #tree: MerkleTree;
  readonly #places = new Map<string, number>();

  /** @param leaves of one bank and currency, in any order */
  constructor(leaves: readonly BackingLeaf[]) {
    const hashed = leaves
      .map((leaf) => ({ leaf, hash: leafHash(leafBytes(leaf)) }))
      .sort((a, b) => Buffer.compare(a.hash, b.hash));
    this.#leaves = hashed.map(({ leaf }) => leaf);
    this.#tree = new MerkleTree(hashed.map(({ hash }) => hash));
    for (const [index, { kind, id }] of this.#leaves.entries())
      this.#places.set(`${kind}/${id}`, index);
  }

  /** The number of leaves. */
  get size(): number {
    return this.#tree.size;
  }

  /** The root, 64 hex digits. */
  get root(): string {
    return this.#tree.root.toString('hex');
  }

  /** @returns the proof for a holder; undefined when the bank owes it nothing in this currency */
  proofOf({ kind, id }: Pick<BackingLeaf, 'kind' | 'id'>): BackingProof | undefined {
    const index = this.#places.get(`${kind}/${id}`);
    const leaf = index === undefined ? undefined : this.#leaves[index];
    if (index === undefined || leaf === undefined) return undefined;
    const path = this.#tree.pathOf(index).map((hash) => hash.toString('hex'));
    return { leaf, index, size: this.size, path };
  }
}

/** @returns a tree for each currency of the leaves, in the order of the currencies */
export function treesOf(leaves: readonly BackingLeaf[]): ReadonlyMap<string, LeafTree> {
  const byCurrency = new Map<string, BackingLeaf[]>();
  for (const leaf of leaves) {
    const own = byCurrency.get(leaf.currency) ?? [];
    own.push(leaf);
    byCurrency.set(leaf.currency, own);
  }
  return new Map(
    [...byCurrency]
      .sort(([a], [b]) => byCodeUnit(a, b))
      .map(([code, own]) => [code, new LeafTree(own)]),
  );
}

/** The tree of a currency in which nobody holds anything. */
export const NO_LEAVES = new LeafTree([]);

/**
 * @param root of the tree, 64 hex digits
 * @param size its number of leaves, as the statement says
 * @returns whether the proof shows that the leaf is in the tree. It does not show that the tree has all leaves, or that a leaf
 * stands in it once only: that is the auditor's part.
 */
export function isInTree(root: string, size: number, proof: unknown): proof is BackingProof {
  const read = backingProof.safeParse(proof);
  if (!read.success || read.data.size !== size) return false;
  const { leaf, path, ...place } = read.data;
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  return rootFrom(leafHash(leafBytes(leaf)), { ...place, path: hashes })?.toString('hex') === root;
}

/** @returns what the bank owes by these leaves, in minor units */
export const sumOfLeaves = (leaves: readonly BackingLeaf[]): bigint =>
  leaves.reduce((total, { amount }) => total + sumToUnits(amount), 0n);
