// SPDX-License-Identifier: Apache-2.0
// What those who work together can make of a block: rows written otherwise and endorsed again, endorsements left out, outcomes noted
// otherwise. Everything else stays right, so that one thing alone is wrong.
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { readBlock } from '../../../network/nodes/auditor/src/blocks/read-block.js';
import type {
  Call,
  RawBlock,
  RawTransaction,
} from '../../../network/nodes/auditor/src/blocks/raw-block.js';
import { TestMember } from '../../../network/nodes/auditor/src/testing/test-organisation.js';
import { defined, firstOf, itemAt } from '../defined.js';
import { callEnvelope, envelopeOf, proposalPayload, type ForgedCall } from './envelopes.js';
import { CHAINCODE, type ForgedChannel } from './forged-channel.js';
import { FIRST, seal, type Draft, type Link, type Sealed } from './sealing.js';

const { KVRWSet, KVWrite } = ledger.rwset.kvrwset;

/** The envelope as a reader sees it, and the action that its endorsers signed. */
interface Read {
  readonly transaction: RawTransaction;
  readonly call: Call;
  readonly nonce: Uint8Array;
  readonly action: Uint8Array;
}

function readEnvelope(envelope: Uint8Array): RawTransaction {
  const data = new common.BlockData();
  data.setDataList([envelope]);
  const block = new common.Block();
  block.setData(data);
  return firstOf(readBlock(block.serializeBinary()).transactions);
}

const payloadOf = (envelope: Uint8Array): common.Payload =>
  common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());

function actionIn(payload: common.Payload): Uint8Array {
  const action = firstOf(
    peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList(),
  );
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(
    action.getPayload_asU8(),
  ).getAction();
  const answer = defined(endorsed, 'endorsed action').getProposalResponsePayload_asU8();
  return peer.ProposalResponsePayload.deserializeBinary(answer).getExtension_asU8();
}

function read(envelope: Uint8Array): Read {
  const transaction = readEnvelope(envelope);
  if (transaction.content.kind !== 'call') throw new Error('This is no call.');
  const payload = payloadOf(envelope);
  const header = defined(payload.getHeader(), 'header').getSignatureHeader_asU8();
  const nonce = common.SignatureHeader.deserializeBinary(header).getNonce_asU8();
  return { transaction, call: transaction.content, nonce, action: actionIn(payload) };
}

/** @returns the call of an envelope, to be signed again by everybody */
export function takenApart(envelope: Uint8Array, channel: ForgedChannel): ForgedCall {
  const { transaction, call, nonce, action } = read(envelope);
  const { mspId, certificate } = defined(transaction.creator, 'creator').identity;
  return {
    creator: new TestMember(mspId, certificate, channel.keyOf(certificate)),
    ...{ nonce, at: new Date(transaction.at), chaincode: call.chaincode },
    ...{ arguments: call.arguments, action },
    endorsers: call.endorsements.map(({ identity }) => channel.peer(identity.mspId)),
  };
}

type Rows = ledger.rwset.kvrwset.KVRWSet;

/** @returns the action with other rows of the chaincode */
function withRows(action: Uint8Array, change: (rows: Rows) => void): Uint8Array {
  const message = peer.ChaincodeAction.deserializeBinary(action);
  const results = ledger.rwset.TxReadWriteSet.deserializeBinary(message.getResults_asU8());
  const own = results.getNsRwsetList().find((set) => set.getNamespace() === CHAINCODE);
  const set = defined(own, 'row of the chaincode');
  const rows = KVRWSet.deserializeBinary(set.getRwset_asU8());
  change(rows);
  set.setRwset(rows.serializeBinary());
  message.setResults(results.serializeBinary());
  return message.serializeBinary();
}

function writeOf(key: string, value: Uint8Array | null): ledger.rwset.kvrwset.KVWrite {
  const write = new KVWrite();
  write.setKey(key);
  write.setIsDelete(value === null);
  write.setValue(value ?? new Uint8Array());
  return write;
}

const byKey = (a: ledger.rwset.kvrwset.KVWrite, b: ledger.rwset.kvrwset.KVWrite): number =>
  Buffer.compare(Buffer.from(a.getKey()), Buffer.from(b.getKey()));

/** @returns the draft with another envelope in this place */
export const withEnvelope = (draft: Draft, index: number, envelope: Uint8Array): Draft => ({
  ...draft,
  envelopes: draft.envelopes.with(index, envelope),
});

/** What is changed, and where. */
export interface Place {
  readonly draft: Draft;
  readonly index: number;
}

/** @returns the draft with a call that is another, and signed again */
export function withCall(
  { draft, index }: Place,
  channel: ForgedChannel,
  change: (call: ForgedCall) => ForgedCall,
): Draft {
  const call = takenApart(itemAt(draft.envelopes, index), channel);
  return withEnvelope(draft, index, callEnvelope(change(call)));
}

/** As patched chaincodes of all its endorsers would write it. @param value null: removed */
export const withWrite = (
  place: Place,
  channel: ForgedChannel,
  key: string,
  value: Uint8Array | null,
): Draft =>
  withCall(place, channel, (call) => ({
    ...call,
    action: withRows(call.action, (rows) => {
      const others = rows.getWritesList().filter((write) => write.getKey() !== key);
      rows.setWritesList([...others, writeOf(key, value)].sort(byKey));
    }),
  }));

/** The same without a row that it wrote. */
export const withoutWrite = (place: Place, channel: ForgedChannel, key: string): Draft =>
  withCall(place, channel, (call) => ({
    ...call,
    action: withRows(call.action, (rows) =>
      rows.setWritesList(rows.getWritesList().filter((write) => write.getKey() !== key)),
    ),
  }));

export const withoutEndorsement = (place: Place, channel: ForgedChannel, mspId: string): Draft =>
  withCall(place, channel, (call) => ({
    ...call,
    endorsers: call.endorsers.filter((each) => each.mspId !== mspId),
  }));

export const withCode = ({ draft, index }: Place, code: number): Draft => ({
  ...draft,
  codes: draft.codes.with(index, code),
});

/** @param other the envelope whose sender's signature stands there instead */
export function withOtherSignature({ draft, index }: Place, other: Uint8Array): Draft {
  const envelope = common.Envelope.deserializeBinary(itemAt(draft.envelopes, index));
  envelope.setSignature(common.Envelope.deserializeBinary(other).getSignature_asU8());
  return withEnvelope(draft, index, envelope.serializeBinary());
}

/** The sender puts another call around the answer to the first. */
export function withOtherArguments(
  { draft, index }: Place,
  channel: ForgedChannel,
  args: readonly Uint8Array[],
): Draft {
  const envelope = itemAt(draft.envelopes, index);
  const { creator, chaincode } = takenApart(envelope, channel);
  const payload = payloadOf(envelope);
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const action = firstOf(transaction.getActionsList());
  const content = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  content.setChaincodeProposalPayload(proposalPayload({ chaincode, arguments: args }));
  action.setPayload(content.serializeBinary());
  const header = defined(payload.getHeader(), 'header');
  return withEnvelope(draft, index, envelopeOf(header, transaction.serializeBinary(), creator));
}

/** Seals blocks that follow each other. @param orderer signs all of them */
export function sealAll(
  drafts: readonly Draft[],
  orderer: TestMember,
  first: Link = FIRST,
): Sealed[] {
  const sealed: Sealed[] = [];
  let link = first;
  for (const draft of drafts) {
    const each = seal(draft, link, orderer);
    sealed.push(each);
    link = each.next;
  }
  return sealed;
}

export const rawOf = ({ block }: Sealed): RawBlock => readBlock(block.serializeBinary());
