// SPDX-License-Identifier: Apache-2.0
// What every member of the channel can read of a ledger's blocks, in one text a transaction: arguments, reads, writes,
// answers, events, hashes of private data. Digests are taken out of the text and kept beside it.
import type { BlockTransaction, MemoryLedger } from '@fabric-offline-pay/testing';

export interface PublicView {
  /** A transaction each, in an order that does not depend on which of parallel units came first. */
  readonly texts: readonly string[];
  /** The digests, identifiers of transactions and signatures of those texts, where `#` stands in them. */
  readonly digests: readonly string[];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Versions are left out: they say which of parallel units was first. */
const readable = (transaction: BlockTransaction): unknown => ({
  function: transaction.function,
  args: transaction.args,
  creator: transaction.creator,
  endorsedBy: transaction.endorsedBy,
  reads: transaction.readSet.map(({ key, version }) => [key, version !== null]),
  ranges: transaction.rangeReads.map(({ startKey, reads }) => [startKey, reads.length]),
  writes: transaction.writeSet.map(({ key, isDelete, value }) => [key, isDelete, text(value)]),
  collections: transaction.collections,
  answer: [transaction.response.status, text(transaction.response.payload)],
  event:
    transaction.event === null ? null : [transaction.event.name, text(transaction.event.payload)],
});

/** SHA-256 in hex, or the base64 of a signature after its name, whose quotes may be escaped. */
const DIGEST = /\b[0-9a-f]{64}\b|(?<=signature\\*":\\*")[A-Za-z0-9+/=]+/g;

/** @returns what the blocks from this number on show. */
export function publicView(ledger: MemoryLedger, from: number): PublicView {
  const whole = ledger
    .blocks()
    .slice(from)
    .flatMap(({ transactions }) => transactions)
    .map((transaction) => JSON.stringify(readable(transaction)))
    .sort((a, b) => (a.replaceAll(DIGEST, '#') < b.replaceAll(DIGEST, '#') ? -1 : 1));
  return {
    texts: whole.map((entry) => entry.replaceAll(DIGEST, '#')),
    digests: whole.flatMap((entry) => entry.match(DIGEST) ?? []),
  };
}
