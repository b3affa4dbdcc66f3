// SPDX-License-Identifier: Apache-2.0
// The types of the ledger in memory: proposals, endorsements, blocks and members.
import type { Contract } from 'fabric-contract-api';
import type { Policy } from './policy';
import type { ValidationCode } from './validation-code';

/** A contract class as `fabric-chaincode-node` loads it: constructed without arguments. */
export type ContractClass = new () => Contract;

/** An organisation with a peer. `contracts` replaces the ledger's own contracts: this member runs patched chaincode. */
export interface Member {
  readonly mspId: string;
  readonly contracts?: readonly ContractClass[];
}

/** A private data collection, as in the chaincode's definition. */
export interface CollectionConfig {
  readonly name: string;
  /** Organisations whose peers hold the data. */
  readonly members: readonly string[];
  readonly memberOnlyRead?: boolean;
  readonly memberOnlyWrite?: boolean;
  /** Replaces the chaincode's policy for writes to this collection. */
  readonly endorsementPolicy?: Policy;
  /** Number of blocks after which the data is purged. 0 or absent: never. */
  readonly blockToLive?: number;
}

/** The identity that signs proposals: `certificate` is PEM. */
export interface Creator {
  readonly mspId: string;
  readonly certificate: string;
}

/** What a client asks the endorsers to run. `function` is `contract:transaction`. */
export interface Proposal {
  readonly creator: Creator;
  readonly function: string;
  readonly args: readonly string[];
  readonly transient: Readonly<Record<string, Uint8Array>>;
  /** The client chooses it. No peer checks it. */
  readonly timestamp: Date;
  readonly txId: string;
}

/** Where a value was written: block number and position in the block. */
export interface Version {
  readonly block: number;
  readonly tx: number;
}

/** `version` is null when the key did not exist. */
export interface KeyRead {
  readonly key: string;
  readonly version: Version | null;
}

/** One range scan and the rows that the peer fetched. `endKey` is the requested end when exhausted, else the last key fetched. */
export interface RangeRead {
  readonly startKey: string;
  readonly endKey: string;
  readonly exhausted: boolean;
  readonly reads: readonly KeyRead[];
}

/** A key that a transaction writes or deletes. */
export interface KeyWrite {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}

/** Keys and values of private data as all members see them: SHA-256, hexadecimal. */
export interface HashedRead {
  readonly keyHash: string;
  readonly version: Version | null;
}

/** A private write as all members see it. */
export interface HashedWrite {
  readonly keyHash: string;
  readonly isDelete: boolean;
  readonly isPurge: boolean;
  /** Empty for a delete. */
  readonly valueHash: string;
}

/** What a transaction did to one private collection, as all members see it: hashes. */
export interface CollectionHashes {
  readonly collection: string;
  readonly reads: readonly HashedRead[];
  readonly writes: readonly HashedWrite[];
}

/** A write to a private collection, as its members see it. */
export interface PrivateWrite extends KeyWrite {
  readonly collection: string;
}

/** The event that a transaction set. */
export interface ChaincodeEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** A contract's answer to a proposal. */
export interface ChaincodeResult {
  /** 200, or 500 when the transaction threw. */
  readonly status: number;
  readonly message: string;
  readonly payload: Uint8Array;
}

/** Everything that an endorser signs, in a peer's order: keys by bytes, ranges by first use. */
export interface Simulation {
  readonly response: ChaincodeResult;
  readonly readSet: readonly KeyRead[];
  readonly rangeReads: readonly RangeRead[];
  readonly writeSet: readonly KeyWrite[];
  readonly collections: readonly CollectionHashes[];
  readonly event: ChaincodeEvent | null;
}

/** A simulated proposal and the members that endorsed it. `submit` takes it. */
export interface Endorsement extends Simulation {
  readonly proposal: Proposal;
  readonly endorsedBy: readonly string[];
  /** Travels beside the envelope to the collection's members. Never part of a block. */
  readonly privateWrites: readonly PrivateWrite[];
}

/** The position of a transaction, and the peers' verdict on it. */
export interface Commit {
  readonly txId: string;
  readonly blockNumber: number;
  readonly validationCode: ValidationCode;
}

/** A transaction in a block, valid or not. Every member can read its arguments, results and events. */
export interface BlockTransaction extends Simulation, Commit {
  readonly creator: Creator;
  readonly function: string;
  readonly args: readonly string[];
  readonly timestamp: Date;
  readonly endorsedBy: readonly string[];
}

/** A block of the channel. */
export interface Block {
  readonly number: number;
  readonly transactions: readonly BlockTransaction[];
}
