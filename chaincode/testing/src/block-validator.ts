// SPDX-License-Identifier: Apache-2.0
// Validates the transactions of one block in order: endorsement policy first, then read conflicts, as the peer does.
import { compareKeys } from './key-order';
import { satisfies, type Policy } from './policy';
import type { CollectionHashes, Endorsement, KeyRead, RangeRead, Version } from './types';
import type { ValidationCode } from './validation-code';
import type { WorldState } from './world-state';

/** Whether an earlier block contains the transaction id. */
type IsKnown = (txId: string) => boolean;

function same(a: Version | null | undefined, b: Version | null): boolean {
  return a?.block === b?.block && a?.tx === b?.tx;
}

/** Applies valid transactions at once, so that each transaction is checked against the earlier ones in its block. */
export class BlockValidator {
  readonly #touched = new Set<string>();
  readonly #txIds = new Set<string>();

  constructor(
    private readonly world: WorldState,
    private readonly policy: Policy,
    private readonly known: IsKnown,
  ) {}

  /** @returns the outcome of the transaction at `version`. If it is valid, its writes are in the world state. */
  commit(endorsement: Endorsement, version: Version): ValidationCode {
    const code = this.#validate(endorsement);
    if (code !== 'VALID') return code;
    this.world.apply(endorsement, version);
    for (const { key } of endorsement.writeSet) this.#touched.add(`/${key}`);
    for (const { collection, writes } of endorsement.collections) {
      for (const { keyHash } of writes) this.#touched.add(`${collection}/${keyHash}`);
    }
    return code;
  }

  #validate(endorsement: Endorsement): ValidationCode {
    const { txId } = endorsement.proposal;
    if (this.known(txId)) return 'DUPLICATE_TXID';
    if (!this.#isEndorsed(endorsement)) return 'ENDORSEMENT_POLICY_FAILURE';
    if (this.#txIds.has(txId)) return 'DUPLICATE_TXID';
    // An id is used up even if its transaction then meets a conflict.
    this.#txIds.add(txId);
    return this.#conflictOf(endorsement) ?? 'VALID';
  }

  #isEndorsed({ endorsedBy, writeSet, collections }: Endorsement): boolean {
    const written = collections.filter(({ writes }) => writes.length > 0);
    const own = written.map(
      ({ collection }) => this.world.collection(collection)?.config.endorsementPolicy,
    );
    // A collection's policy replaces the chaincode's, unless the transaction also writes something else, or writes nothing.
    const policies = own.map((policy) => policy ?? this.policy);
    if (writeSet.length > 0 || policies.length === 0) policies.push(this.policy);
    const endorsers = new Set(endorsedBy);
    return policies.every((policy) => satisfies(policy, endorsers));
  }

  #conflictOf({ readSet, rangeReads, collections }: Endorsement): ValidationCode | undefined {
    if (!readSet.every((read) => this.#isCurrent(read))) return 'MVCC_READ_CONFLICT';
    if (!rangeReads.every((range) => this.#isRepeatable(range))) return 'PHANTOM_READ_CONFLICT';
    if (!collections.every((each) => this.#areHashesCurrent(each))) return 'MVCC_READ_CONFLICT';
    return undefined;
  }

  // A key written earlier in the block conflicts even if its version is unchanged: an absent key that was deleted.
  #isCurrent({ key, version }: KeyRead): boolean {
    return !this.#touched.has(`/${key}`) && same(this.world.rows.get(key)?.version, version);
  }

  #areHashesCurrent({ collection, reads }: CollectionHashes): boolean {
    const hashes = this.world.collection(collection)?.hashes;
    return reads.every(
      ({ keyHash, version }) =>
        !this.#touched.has(`${collection}/${keyHash}`) &&
        same(hashes?.get(keyHash)?.version, version),
    );
  }

  #isRepeatable(range: RangeRead): boolean {
    const now = this.#rowsNow(range);
    return (
      now.length === range.reads.length &&
      range.reads.every((read, i) => now[i]?.key === read.key && same(now[i].version, read.version))
    );
  }

  // The end key of an abandoned scan is the last row fetched, and is part of the scan.
  #rowsNow({ startKey, endKey, exhausted }: RangeRead): KeyRead[] {
    const rows: KeyRead[] = [...this.world.rows.range(startKey, endKey)];
    const last = exhausted ? undefined : this.world.rows.get(endKey);
    return last && compareKeys(startKey, endKey) <= 0 ? [...rows, last] : rows;
  }
}
