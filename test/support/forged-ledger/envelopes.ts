// SPDX-License-Identifier: Apache-2.0
// Envelopes byte for byte as clients, endorsers and orderers make them: see `CreateChaincodeProposalWithTxIDNonceAndTransient`,
// `CreateProposalResponse` and `CreateSignedTx` in protoutil of Fabric.
import { createHash, randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import type { TestMember } from '../../../network/nodes/auditor/src/testing/test-organisation.js';
import { CHANNEL } from './forged-channel.js';

/** Fabric's clients draw so many bytes. */
const NONCE_BYTES = 24;

export const newNonce = (): Buffer => randomBytes(NONCE_BYTES);

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** Fabric: `ComputeTxID`. @param creator Fabric's `SerializedIdentity` */
export const transactionIdOf = (nonce: Uint8Array, creator: Uint8Array): string =>
  sha256(nonce, creator).toString('hex');

export function signatureHeader(creator: Uint8Array, nonce: Uint8Array = newNonce()): Uint8Array {
  const header = new common.SignatureHeader();
  header.setCreator(creator);
  header.setNonce(nonce);
  return header.serializeBinary();
}

interface Described {
  readonly type: number;
  readonly at: Date;
  readonly transactionId?: string;
  readonly chaincode?: string;
}

function extensionOf(chaincode: string): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  return extension.serializeBinary();
}

/** A header with an empty time: the class of times is not the library's to give. */
const WITH_TIME = Uint8Array.of(0x1a, 0);

function channelHeader({ type, at, transactionId = '', chaincode }: Described): Uint8Array {
  const header = common.ChannelHeader.deserializeBinary(WITH_TIME);
  (header.getTimestamp() as unknown as { fromDate(date: Date): void }).fromDate(at);
  header.setType(type);
  header.setChannelId(CHANNEL);
  header.setTxId(transactionId);
  if (chaincode !== undefined) header.setExtension$(extensionOf(chaincode));
  return header.serializeBinary();
}

function headerOf(channel: Uint8Array, signature: Uint8Array): common.Header {
  const header = new common.Header();
  header.setChannelHeader(channel);
  header.setSignatureHeader(signature);
  return header;
}

/** @param signer undefined: nobody signs */
export function envelopeOf(
  header: common.Header,
  data: Uint8Array,
  signer: TestMember | undefined,
): Uint8Array {
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const bytes = payload.serializeBinary();
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  if (signer !== undefined) envelope.setSignature(signer.signs(bytes).signature);
  return envelope.serializeBinary();
}

/** A call with what came of it. */
export interface ForgedCall {
  readonly creator: TestMember;
  readonly nonce: Uint8Array;
  readonly at: Date;
  readonly chaincode: string;
  readonly arguments: readonly Uint8Array[];
  /** Fabric's `ChaincodeAction`. */
  readonly action: Uint8Array;
  readonly endorsers: readonly TestMember[];
}

/** What peers are asked: nothing private is in it. */
export function proposalPayload({
  chaincode,
  arguments: args,
}: Pick<ForgedCall, 'chaincode' | 'arguments'>): Uint8Array {
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const input = new peer.ChaincodeInput();
  input.setArgsList([...args]);
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  return payload.serializeBinary();
}

function responsePayload(header: common.Header, proposed: Uint8Array, action: Uint8Array) {
  const response = new peer.ProposalResponsePayload();
  response.setProposalHash(
    sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), proposed),
  );
  response.setExtension$(action);
  return response.serializeBinary();
}

/** Peers sign their answer and who they are. */
function endorsementOf(answer: Uint8Array, member: TestMember): peer.Endorsement {
  const { bytes } = member.identity;
  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(bytes);
  endorsement.setSignature(member.signs(Buffer.concat([answer, bytes])).signature);
  return endorsement;
}

export function callEnvelope(call: ForgedCall): Uint8Array {
  const { creator, nonce, at, chaincode } = call;
  const { bytes } = creator.identity;
  const signed = signatureHeader(bytes, nonce);
  const transactionId = transactionIdOf(nonce, bytes);
  const type = common.HeaderType.ENDORSER_TRANSACTION;
  const header = headerOf(channelHeader({ type, at, transactionId, chaincode }), signed);
  const proposed = proposalPayload(call);
  const answer = responsePayload(header, proposed, call.action);
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(answer);
  endorsed.setEndorsementsList(call.endorsers.map((each) => endorsementOf(answer, each)));
  const payload = new peer.ChaincodeActionPayload();
  payload.setChaincodeProposalPayload(proposed);
  payload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(signed);
  action.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  return envelopeOf(header, transaction.serializeBinary(), creator);
}

/**
 * @param settings Fabric's `ConfigEnvelope`
 * @param orderer signs it; nobody signs the first
 */
export function settingsEnvelope(
  settings: Uint8Array,
  at: Date,
  orderer: TestMember | undefined,
): Uint8Array {
  const creator = orderer?.identity.bytes ?? new Uint8Array();
  const type = common.HeaderType.CONFIG;
  const header = headerOf(channelHeader({ type, at }), signatureHeader(creator));
  return envelopeOf(header, settings, orderer);
}
