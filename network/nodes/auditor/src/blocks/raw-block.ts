// SPDX-License-Identifier: Apache-2.0
// A block as the auditor reads it: nothing is left out, and nothing of it is believed.
import type { BlockHeader } from '@fabric-offline-pay/sdk';

/** Whoever signed something, as the message names it: Fabric's `SerializedIdentity`. */
export interface SignedIdentity {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  /** The message itself, over which hashes and signatures are made. */
  readonly bytes: Uint8Array;
}

/** A signature by somebody over a message. */
export interface Signed {
  readonly identity: SignedIdentity;
  readonly message: Uint8Array;
  /** ECDSA in DER. */
  readonly signature: Uint8Array;
}

/** Where a value was written: block, and place in the block. */
export interface Version {
  readonly block: number;
  readonly tx: number;
}

/** A row that was read; null: there was none. */
export interface ReadRow {
  readonly key: string;
  readonly version: Version | null;
}

/** The rows of a range that were read, in order, or the hashes that stand for more than fifty of them. */
export interface ReadRange {
  readonly startKey: string;
  readonly endKey: string;
  /** Whether it was read to its end. */
  readonly exhausted: boolean;
  readonly reads: readonly ReadRow[];
  /** Absent unless the peer summed the rows up. */
  readonly merkle?: RangeSummary;
}

/** A Merkle tree of the rows of a long range, cut at a level. Fabric: `QueryReadsMerkleSummary`. */
export interface RangeSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  /** Hex. */
  readonly hashes: readonly string[];
}

/** A row that was written; null: removed. */
export interface WrittenRow {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Private rows as everybody sees them: by hashes, in hex. */
export interface HashedRead {
  readonly keyHash: string;
  readonly version: Version | null;
}

export interface HashedWrite {
  readonly keyHash: string;
  /** Null: removed. */
  readonly valueHash: string | null;
  readonly isPurge: boolean;
}

export interface CollectionAccess {
  readonly collection: string;
  readonly reads: readonly HashedRead[];
  readonly writes: readonly HashedWrite[];
  /** Whether a policy of a single private row was changed. */
  readonly hasMetadata: boolean;
}

/** What a transaction did in one chaincode's rows. */
export interface Access {
  readonly namespace: string;
  readonly reads: readonly ReadRow[];
  readonly ranges: readonly ReadRange[];
  readonly writes: readonly WrittenRow[];
  readonly collections: readonly CollectionAccess[];
  /** Keys of rows whose own endorsement policy was changed. This project never does. */
  readonly metadataKeys: readonly string[];
}

/** What a chaincode answered. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly payload: Uint8Array;
}

/** What a chaincode announced. */
export interface Announced {
  readonly name: string;
  readonly payload: Uint8Array;
  readonly chaincode: string;
  readonly transactionId: string;
}

/** A call of a chaincode, with what its endorsers signed. */
export interface Call {
  readonly kind: 'call';
  /** As the proposal names it. */
  readonly chaincode: string;
  /** As the endorsers name it, with its version. */
  readonly ran: { readonly chaincode: string; readonly version: string };
  readonly arguments: readonly Uint8Array[];
  /** SHA-256 of the proposal as it stands in the block, and as the endorsers signed it; hex. */
  readonly proposalHash: { readonly computed: string; readonly signed: string };
  readonly endorsements: readonly Signed[];
  readonly answer: Answer;
  readonly announced: Announced | null;
  readonly access: readonly Access[];
}

/** New settings of the channel. */
export interface Settings {
  readonly kind: 'settings';
  /** Fabric's `ConfigEnvelope`. */
  readonly envelope: Uint8Array;
}

/** What no reader of this version knows. */
export interface Unreadable {
  readonly kind: 'unreadable';
  /** What is wrong, without content. */
  readonly reason: string;
}

export interface RawTransaction {
  /** Place in the block, from 0. */
  readonly index: number;
  /** The outcome that the peer noted: Fabric's `TxValidationCode`. */
  readonly code: number;
  /** As the header states it. */
  readonly id: string;
  /** As nonce and sender give it: hex. */
  readonly computedId: string;
  readonly channel: string;
  /** Milliseconds since 1970; the sender chose it. */
  readonly at: number;
  /** The sender over the whole payload; undefined where nobody signs, as in block 0. */
  readonly creator: Signed | undefined;
  readonly content: Call | Settings | Unreadable;
}

/** One orderer's signature over a block's header. */
export type BlockSignature = Signed;

export interface RawBlock {
  readonly number: number;
  readonly header: BlockHeader;
  /** Of the header: what the next block carries. Hex. */
  readonly hash: string;
  /** Hex; empty in block 0. */
  readonly previousHash: string;
  /** Of the transactions as they stand here: hex. */
  readonly computedDataHash: string;
  /** One code for each transaction, when the peer noted all of them. */
  readonly codes: Uint8Array;
  /** What stands beside it as it stands there: Fabric's `BlockMetadata`, by `BlockMetadataIndex`. */
  readonly beside: readonly Uint8Array[];
  readonly signatures: readonly BlockSignature[];
  readonly transactions: readonly RawTransaction[];
  /** The size of all transactions, bytes. */
  readonly size: number;
}
