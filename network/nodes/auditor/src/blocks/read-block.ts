// SPDX-License-Identifier: Apache-2.0
// Reads blocks from their bytes. What cannot be read is told as such, in its place: a reader that stops at the first oddity would let
// whoever wrote it hide the rest.
import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { headerBytes, headerHash, type BlockHeader } from '@fabric-offline-pay/sdk';
import { signedIdentity } from './identities.js';
import type { RawBlock, RawTransaction, Signed } from './raw-block.js';
import { readCall } from './read-call.js';

const { SIGNATURES, TRANSACTIONS_FILTER } = common.BlockMetadataIndex;
const { CONFIG, ENDORSER_TRANSACTION } = common.HeaderType;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

function creatorOf(
  header: common.SignatureHeader,
  envelope: common.Envelope,
): Pick<RawTransaction, 'creator' | 'computedId'> {
  const creator = header.getCreator_asU8();
  return {
    computedId: sha256(header.getNonce_asU8(), creator),
    creator:
      creator.length === 0
        ? undefined
        : {
            identity: signedIdentity(creator),
            message: envelope.getPayload_asU8(),
            signature: envelope.getSignature_asU8(),
          },
  };
}

function contentOf(
  header: common.Header,
  channelHeader: common.ChannelHeader,
  data: Uint8Array,
): RawTransaction['content'] {
  const type = channelHeader.getType();
  if (type === CONFIG) return { kind: 'settings', envelope: data };
  if (type !== ENDORSER_TRANSACTION)
    return { kind: 'unreadable', reason: `It is of type ${type.toString()}.` };
  try {
    return readCall(header, channelHeader, data);
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

/** The library's types name a class of a package that has none. A time that no calendar has is none. */
function instantOf(header: common.ChannelHeader): number {
  const time = (header.getTimestamp() as { toDate(): Date } | undefined)?.toDate().getTime() ?? 0;
  return Number.isFinite(time) ? time : 0;
}

function readEnvelope(bytes: Uint8Array): Omit<RawTransaction, 'index' | 'code'> {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader() ?? new common.Header();
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(
    header.getSignatureHeader_asU8(),
  );
  return {
    id: channelHeader.getTxId(),
    channel: channelHeader.getChannelId(),
    at: instantOf(channelHeader),
    ...creatorOf(signatureHeader, envelope),
    content: contentOf(header, channelHeader, payload.getData_asU8()),
  };
}

/** Codes that a peer could not have noted: none. */
const NO_CODE = -1;

function transactionOf(bytes: Uint8Array, index: number, codes: Uint8Array): RawTransaction {
  const place = { index, code: codes[index] ?? NO_CODE };
  try {
    return { ...place, ...readEnvelope(bytes) };
  } catch (error) {
    const content = { kind: 'unreadable', reason: reasonOf(error) } as const;
    return { ...place, id: '', computedId: '', channel: '', at: 0, creator: undefined, content };
  }
}

function headerOf(block: common.Block): BlockHeader {
  const header = block.getHeader();
  return {
    number: BigInt(header?.getNumber() ?? 0),
    previousHash: header?.getPreviousHash_asU8() ?? new Uint8Array(),
    dataHash: header?.getDataHash_asU8() ?? new Uint8Array(),
  };
}

/** Orderers sign what they say beside the block, their own header, and the block's header. Fabric: `protoutil.SignBlock`. */
function readSignatures(metadata: Uint8Array, header: BlockHeader): Signed[] {
  const message = common.Metadata.deserializeBinary(metadata);
  return message.getSignaturesList().map((signature) => {
    const signatureHeader = signature.getSignatureHeader_asU8();
    const creator = common.SignatureHeader.deserializeBinary(signatureHeader).getCreator_asU8();
    return {
      identity: signedIdentity(creator),
      message: Buffer.concat([message.getValue_asU8(), signatureHeader, headerBytes(header)]),
      signature: signature.getSignature_asU8(),
    };
  });
}

/** What is no signature, nobody signed. */
function signaturesOf(metadata: Uint8Array, header: BlockHeader): Signed[] {
  try {
    return readSignatures(metadata, header);
  } catch {
    return [];
  }
}

/**
 * @param bytes Fabric's `Block`
 * @throws for bytes that are no block at all
 */
export const readBlock = (bytes: Uint8Array): RawBlock =>
  rawBlock(common.Block.deserializeBinary(bytes));

/** @param block of the package's own copy of Fabric's protocol classes */
export function rawBlock(block: common.Block): RawBlock {
  const header = headerOf(block);
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  const codes = metadata[TRANSACTIONS_FILTER] ?? new Uint8Array();
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return {
    number: Number(header.number),
    header,
    hash: headerHash(header),
    previousHash: hex(header.previousHash),
    computedDataHash: sha256(...envelopes),
    codes,
    beside: metadata,
    signatures: signaturesOf(metadata[SIGNATURES] ?? new Uint8Array(), header),
    transactions: envelopes.map((envelope, index) => transactionOf(envelope, index, codes)),
    size: envelopes.reduce((sum, { length }) => sum + length, 0),
  };
}
