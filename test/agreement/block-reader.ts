// SPDX-License-Identifier: Apache-2.0
// Reads what peers and clients sign: envelopes in blocks, and proposals.
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { defined, firstOf } from '../support/defined.js';
import type { RecordedBlock, RecordedTransaction } from './recording.js';

const CODES = Object.entries(peer.TxValidationCode);

const validationCode = (code: number | undefined): string =>
  CODES.find(([, value]) => value === code)?.[0] ?? String(code);

interface SignedHeader {
  readonly transactionId: string;
  readonly timestamp: number;
  readonly creator: msp.SerializedIdentity.AsObject;
}

/** The library's types name a class of a package that has none. */
const timestampOf = (channel: common.ChannelHeader): number =>
  (channel.getTimestamp() as unknown as { toDate(): Date }).toDate().getTime();

function headerOf(header: common.Header): SignedHeader {
  const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const creator = msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8());
  return {
    transactionId: channel.getTxId(),
    timestamp: timestampOf(channel),
    creator: {
      mspid: creator.getMspid(),
      idBytes: Buffer.from(creator.getIdBytes_asU8()).toString('utf8'),
    },
  };
}

/** The signed header of a proposal. */
export const readProposal = (proposal: Uint8Array): SignedHeader =>
  headerOf(
    common.Header.deserializeBinary(peer.Proposal.deserializeBinary(proposal).getHeader_asU8()),
  );

const endorserOf = (endorsement: peer.Endorsement): string =>
  msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8()).getMspid();

function readEnvelope(bytes: Uint8Array): Omit<RecordedTransaction, 'validationCode'> {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(bytes).getPayload_asU8(),
  );
  const { transactionId } = headerOf(defined(payload.getHeader(), 'header of the payload'));
  const first = firstOf(
    peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList(),
  );
  const endorsed = defined(
    peer.ChaincodeActionPayload.deserializeBinary(first.getPayload_asU8()).getAction(),
    'endorsed action',
  );
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed.getProposalResponsePayload_asU8(),
  );
  return {
    transactionId,
    endorsedBy: endorsed.getEndorsementsList().map(endorserOf),
    action: Buffer.from(response.getExtension_asU8()).toString('base64'),
  };
}

/** @param bytes Fabric's `Block`, with transactions of chaincode only. */
export function readBlock(bytes: Uint8Array): RecordedBlock {
  const block = common.Block.deserializeBinary(bytes);
  const filter = defined(block.getMetadata(), 'metadata of the block').getMetadataList_asU8()[
    common.BlockMetadataIndex.TRANSACTIONS_FILTER
  ];
  return {
    number: defined(block.getHeader(), 'header of the block').getNumber(),
    transactions: defined(block.getData(), 'data of the block')
      .getDataList_asU8()
      .map((envelope, index) => ({
        ...readEnvelope(envelope),
        validationCode: validationCode(filter?.[index]),
      })),
  };
}
