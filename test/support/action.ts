// SPDX-License-Identifier: Apache-2.0
// A simulation on the ledger in memory as the bytes that a peer would sign, and such bytes in a form that people can read.
import { createHash } from 'node:crypto';
import { ledger, peer } from '@hyperledger/fabric-protos';
import type {
  CollectionHashes,
  Endorsement,
  KeyRead,
  KeyWrite,
  PrivateWrite,
  RangeRead,
  Version,
} from '@fabric-offline-pay/testing';
import { defined } from './defined.js';
import { summaryOf } from './range-summary.js';

const { CollectionHashedReadWriteSet, NsReadWriteSet, TxReadWriteSet, kvrwset } = ledger.rwset;
type NamespaceSet = ledger.rwset.NsReadWriteSet;
type Message = { serializeBinary(): Uint8Array };

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

function versionOf(version: Version | null): ledger.rwset.kvrwset.Version | undefined {
  if (version === null) return undefined;
  const message = new kvrwset.Version();
  message.setBlockNum(version.block);
  message.setTxNum(version.tx);
  return message;
}

function readOf({ key, version }: KeyRead): ledger.rwset.kvrwset.KVRead {
  const message = new kvrwset.KVRead();
  message.setKey(key);
  message.setVersion(versionOf(version));
  return message;
}

function writeOf({ key, isDelete, value }: KeyWrite): ledger.rwset.kvrwset.KVWrite {
  const message = new kvrwset.KVWrite();
  message.setKey(key);
  message.setIsDelete(isDelete);
  message.setValue(value);
  return message;
}

function rangeOf(range: RangeRead): ledger.rwset.kvrwset.RangeQueryInfo {
  const message = new kvrwset.RangeQueryInfo();
  message.setStartKey(range.startKey);
  message.setEndKey(range.endKey);
  message.setItrExhausted(range.exhausted);
  const rows = range.reads.map(readOf);
  const summary = summaryOf(range.reads);
  if (summary !== undefined) message.setReadsMerkleHashes(summary);
  else if (rows.length > 0) {
    const listed = new kvrwset.QueryReads();
    listed.setKvReadsList(rows);
    message.setRawReads(listed);
  }
  return message;
}

function hashedSet({ reads, writes }: CollectionHashes): ledger.rwset.kvrwset.HashedRWSet {
  const message = new kvrwset.HashedRWSet();
  for (const { keyHash, version } of reads) {
    const read = new kvrwset.KVReadHash();
    read.setKeyHash(bytes(keyHash));
    read.setVersion(versionOf(version));
    message.addHashedReads(read);
  }
  for (const { keyHash, isDelete, isPurge, valueHash } of writes) {
    const write = new kvrwset.KVWriteHash();
    write.setKeyHash(bytes(keyHash));
    write.setIsDelete(isDelete);
    write.setIsPurge(isPurge);
    write.setValueHash(bytes(valueHash));
    message.addHashedWrites(write);
  }
  return message;
}

/** The private rows themselves travel beside the transaction, which holds their hash. */
function privateHash(rows: readonly PrivateWrite[]): Uint8Array {
  if (rows.length === 0) return new Uint8Array();
  const message = new kvrwset.KVRWSet();
  message.setWritesList(rows.map(writeOf));
  return createHash('sha256').update(message.serializeBinary()).digest();
}

function collectionOf(
  hashes: CollectionHashes,
  rows: readonly PrivateWrite[],
): ledger.rwset.CollectionHashedReadWriteSet {
  const message = new CollectionHashedReadWriteSet();
  message.setCollectionName(hashes.collection);
  message.setHashedRwset(hashedSet(hashes).serializeBinary());
  message.setPvtRwsetHash(
    privateHash(rows.filter(({ collection }) => collection === hashes.collection)),
  );
  return message;
}

/** None when the transaction did not touch the chaincode's state. */
function namespaceOf(
  { readSet, rangeReads, writeSet, collections, privateWrites }: Endorsement,
  chaincode: string,
): NamespaceSet[] {
  if ([readSet, rangeReads, writeSet, collections].every(({ length }) => length === 0)) return [];
  const rows = new kvrwset.KVRWSet();
  rows.setReadsList(readSet.map(readOf));
  rows.setRangeQueriesInfoList(rangeReads.map(rangeOf));
  rows.setWritesList(writeSet.map(writeOf));
  const message = new NsReadWriteSet();
  message.setNamespace(chaincode);
  message.setRwset(rows.serializeBinary());
  message.setCollectionHashedRwsetList(
    collections.map((hashes) => collectionOf(hashes, privateWrites)),
  );
  return [message];
}

function responseOf({ status, message, payload }: Endorsement['response']): peer.Response {
  const response = new peer.Response();
  response.setStatus(status);
  response.setMessage(message);
  response.setPayload(payload);
  return response;
}

function eventOf({ event, proposal }: Endorsement, chaincode: string): Uint8Array {
  if (event === null) return new Uint8Array();
  const message = new peer.ChaincodeEvent();
  message.setChaincodeId(chaincode);
  message.setTxId(proposal.txId);
  message.setEventName(event.name);
  message.setPayload(event.payload);
  return message.serializeBinary();
}

const namespacesOf = (action: peer.ChaincodeAction): NamespaceSet[] =>
  TxReadWriteSet.deserializeBinary(action.getResults_asU8()).getNsRwsetList();

/**
 * @param signed what the peers signed: what they note of the chaincode's definition, in a namespace of their own, and its
 * version are taken over, for the ledger in memory has no definition
 * @returns the action of the endorsement, base64
 */
export function actionOf(endorsement: Endorsement, chaincode: string, signed: string): string {
  const theirs = peer.ChaincodeAction.deserializeBinary(Buffer.from(signed, 'base64'));
  const results = new TxReadWriteSet();
  results.setNsRwsetList([
    ...namespacesOf(theirs).filter((each) => each.getNamespace() !== chaincode),
    ...namespaceOf(endorsement, chaincode),
  ]);
  const action = new peer.ChaincodeAction();
  action.setResults(results.serializeBinary());
  action.setEvents(eventOf(endorsement, chaincode));
  action.setResponse(responseOf(endorsement.response));
  action.setChaincodeId(theirs.getChaincodeId());
  return base64(action);
}

const base64 = (message: Message): string =>
  Buffer.from(message.serializeBinary()).toString('base64');

const readable = (encoded: string | Uint8Array): string =>
  typeof encoded === 'string'
    ? Buffer.from(encoded, 'base64').toString('utf8')
    : Buffer.from(encoded).toString('utf8');

function readableNamespace(set: NamespaceSet): object {
  const rows = kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
  const { readsList, rangeQueriesInfoList, writesList } = rows.toObject();
  return {
    reads: readsList,
    ranges: rangeQueriesInfoList,
    writes: writesList.map(({ value, ...rest }) => ({ ...rest, value: readable(value) })),
    collections: set.getCollectionHashedRwsetList().map((each) => ({
      collection: each.getCollectionName(),
      ...kvrwset.HashedRWSet.deserializeBinary(each.getHashedRwset_asU8()).toObject(),
      privateHash: each.getPvtRwsetHash_asB64(),
    })),
  };
}

/** An action, base64, in a form that people can compare; the bytes themselves come last, for what the form does not show. */
export function readableAction(encoded: string): object {
  const action = peer.ChaincodeAction.deserializeBinary(Buffer.from(encoded, 'base64'));
  const response = defined(action.getResponse(), 'response');
  const event = peer.ChaincodeEvent.deserializeBinary(action.getEvents_asU8());
  return {
    response: [response.getStatus(), response.getMessage(), readable(response.getPayload_asU8())],
    event: [event.getTxId(), event.getEventName(), readable(event.getPayload_asU8())],
    ...Object.fromEntries(
      namespacesOf(action).map((set) => [set.getNamespace(), readableNamespace(set)]),
    ),
    bytes: encoded,
  };
}
