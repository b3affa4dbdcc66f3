// SPDX-License-Identifier: Apache-2.0
// What a call of a chaincode did, as its endorsers signed it: rows read and written, the answer, the announcement.
import { createHash } from 'node:crypto';
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { signedIdentity } from './identities.js';
import type {
  Access,
  Announced,
  Call,
  CollectionAccess,
  RangeSummary,
  ReadRange,
  ReadRow,
  Signed,
  Version,
  WrittenRow,
} from './raw-block.js';

type VersionMessage = ledger.rwset.kvrwset.Version;
type RangeMessage = ledger.rwset.kvrwset.RangeQueryInfo;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const versionOf = (message: VersionMessage | undefined): Version | null =>
  message === undefined ? null : { block: message.getBlockNum(), tx: message.getTxNum() };

const readOf = (read: ledger.rwset.kvrwset.KVRead): ReadRow => ({
  key: read.getKey(),
  version: versionOf(read.getVersion()),
});

const summaryOf = (
  summary: ledger.rwset.kvrwset.QueryReadsMerkleSummary,
): { readonly merkle: RangeSummary } => ({
  merkle: {
    maxDegree: summary.getMaxDegree(),
    maxLevel: summary.getMaxLevel(),
    hashes: summary.getMaxLevelHashesList_asU8().map(hex),
  },
});

function rangeOf(range: RangeMessage): ReadRange {
  const summary = range.getReadsMerkleHashes();
  return {
    startKey: range.getStartKey(),
    endKey: range.getEndKey(),
    exhausted: range.getItrExhausted(),
    reads: (range.getRawReads()?.getKvReadsList() ?? []).map(readOf),
    ...(summary !== undefined && summaryOf(summary)),
  };
}

/** A peer takes an empty value for no value. */
function writeOf(write: ledger.rwset.kvrwset.KVWrite): WrittenRow {
  const value = write.getValue_asU8();
  return { key: write.getKey(), value: write.getIsDelete() || value.length === 0 ? null : value };
}

function collectionOf(set: ledger.rwset.CollectionHashedReadWriteSet): CollectionAccess {
  const rows = ledger.rwset.kvrwset.HashedRWSet.deserializeBinary(set.getHashedRwset_asU8());
  return {
    collection: set.getCollectionName(),
    reads: rows.getHashedReadsList().map((read) => ({
      keyHash: hex(read.getKeyHash_asU8()),
      version: versionOf(read.getVersion()),
    })),
    writes: rows.getHashedWritesList().map((write) => ({
      keyHash: hex(write.getKeyHash_asU8()),
      valueHash: write.getIsDelete() ? null : hex(write.getValueHash_asU8()),
      isPurge: write.getIsPurge(),
    })),
    hasMetadata: rows.getMetadataWritesList().length > 0,
  };
}

function accessOf(set: ledger.rwset.NsReadWriteSet): Access {
  const rows = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
  return {
    namespace: set.getNamespace(),
    reads: rows.getReadsList().map(readOf),
    ranges: rows.getRangeQueriesInfoList().map(rangeOf),
    writes: rows.getWritesList().map(writeOf),
    collections: set.getCollectionHashedRwsetList().map(collectionOf),
    metadataKeys: rows.getMetadataWritesList().map((write) => write.getKey()),
  };
}

function announcedIn(bytes: Uint8Array): Announced | null {
  if (bytes.length === 0) return null;
  const event = peer.ChaincodeEvent.deserializeBinary(bytes);
  return {
    name: event.getEventName(),
    payload: event.getPayload_asU8(),
    chaincode: event.getChaincodeId(),
    transactionId: event.getTxId(),
  };
}

function argumentsIn(proposalPayload: Uint8Array): Uint8Array[] {
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(proposalPayload);
  return (
    peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8())
      .getChaincodeSpec()
      ?.getInput()
      ?.getArgsList_asU8() ?? []
  );
}

/** As endorsers hash it: both headers, and the payload without what is private. Fabric: `protoutil.GetProposalHash2`. */
const proposalHash = (header: common.Header, proposalPayload: Uint8Array): string =>
  createHash('sha256')
    .update(header.getChannelHeader_asU8())
    .update(header.getSignatureHeader_asU8())
    .update(proposalPayload)
    .digest('hex');

const endorsementOf =
  (signedPayload: Uint8Array) =>
  (endorsement: peer.Endorsement): Signed => {
    const identity = endorsement.getEndorser_asU8();
    return {
      identity: signedIdentity(identity),
      message: Buffer.concat([signedPayload, identity]),
      signature: endorsement.getSignature_asU8(),
    };
  };

function chaincodeIn(header: common.ChannelHeader): string {
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(header.getExtension_asU8());
  return extension.getChaincodeId()?.getName() ?? '';
}

/** What is missing from a call. */
export class IncompleteCall extends Error {
  override readonly name = 'IncompleteCall';
}

function found<Part>(part: Part | undefined, name: string): Part {
  if (part === undefined) throw new IncompleteCall(`It has no ${name}.`);
  return part;
}

/** A transaction holds one action: peers refuse any other number. */
function onlyActionIn(data: Uint8Array): peer.TransactionAction {
  const actions = peer.Transaction.deserializeBinary(data).getActionsList();
  if (actions.length !== 1)
    throw new IncompleteCall(`It holds ${actions.length.toString()} actions.`);
  return found(actions[0], 'action');
}

function answerIn(action: peer.ChaincodeAction): Call['answer'] {
  const response = action.getResponse();
  return {
    status: response?.getStatus() ?? 0,
    message: response?.getMessage() ?? '',
    payload: response?.getPayload_asU8() ?? new Uint8Array(),
  };
}

const accessIn = (results: Uint8Array): Access[] =>
  ledger.rwset.TxReadWriteSet.deserializeBinary(results).getNsRwsetList().map(accessOf);

/**
 * @param header of the payload
 * @param data of the payload: Fabric's `Transaction`
 * @throws {IncompleteCall} or what the protocol classes throw, for bytes that are no call
 */
export function readCall(
  header: common.Header,
  channelHeader: common.ChannelHeader,
  data: Uint8Array,
): Call {
  const payload = peer.ChaincodeActionPayload.deserializeBinary(
    onlyActionIn(data).getPayload_asU8(),
  );
  const endorsed = found(payload.getAction(), 'endorsed action');
  const signedPayload = endorsed.getProposalResponsePayload_asU8();
  const response = peer.ProposalResponsePayload.deserializeBinary(signedPayload);
  const action = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const proposalPayload = payload.getChaincodeProposalPayload_asU8();
  return {
    kind: 'call',
    chaincode: chaincodeIn(channelHeader),
    ran: {
      chaincode: action.getChaincodeId()?.getName() ?? '',
      version: action.getChaincodeId()?.getVersion() ?? '',
    },
    arguments: argumentsIn(proposalPayload),
    proposalHash: {
      computed: proposalHash(header, proposalPayload),
      signed: hex(response.getProposalHash_asU8()),
    },
    endorsements: endorsed.getEndorsementsList().map(endorsementOf(signedPayload)),
    answer: answerIn(action),
    announced: announcedIn(action.getEvents_asU8()),
    access: accessIn(action.getResults_asU8()),
  };
}
