// SPDX-License-Identifier: Apache-2.0
// A block as those read it who keep tables of what stands on the ledger: its valid transactions, their rows and events.
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import type { EventPayload } from '../events/ledger-events.js';
import { toLedgerEvents } from '../events/ledger-events.js';
import type { Block } from '../events/ledger-blocks.js';
import { headerHash, type BlockHeader } from './header-hash.js';
import type { KeyedChange } from './row-change.js';

/** A valid transaction of the chaincode. */
export interface CommittedTransaction {
  readonly transactionId: string;
  /** Its place in the block, from 0. */
  readonly index: number;
  /** The organisation whose certificate sent it. */
  readonly mspId: string;
  /** What its calls announced, in their order. */
  readonly events: readonly EventPayload[];
  /** Public rows, in the order of their keys. A row stands here once. */
  readonly changes: readonly KeyedChange[];
}

/** A block without what was refused in it, and without the channel's settings. */
export interface CommittedBlock {
  readonly number: bigint;
  /** Hex; the next block carries it as its `previousHash`. */
  readonly hash: string;
  /** Hex; empty in block 0. */
  readonly previousHash: string;
  readonly transactions: readonly CommittedTransaction[];
}

const VALID = peer.TxValidationCode.VALID;
const FILTER = common.BlockMetadataIndex.TRANSACTIONS_FILTER;

function changesIn(results: Uint8Array, chaincode: string): KeyedChange[] {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .find((each) => each.getNamespace() === chaincode);
  if (set === undefined) return [];
  return ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8())
    .getWritesList()
    .map((write) => ({
      key: write.getKey(),
      value: write.getIsDelete() ? null : Buffer.from(write.getValue_asU8()).toString('utf8'),
    }));
}

function eventsIn(bytes: Uint8Array, number: bigint): EventPayload[] {
  const event = peer.ChaincodeEvent.deserializeBinary(bytes);
  if (event.getEventName() === '') return [];
  const announced = {
    blockNumber: number,
    transactionId: event.getTxId(),
    chaincodeName: event.getChaincodeId(),
    eventName: event.getEventName(),
    payload: event.getPayload_asU8(),
  };
  return toLedgerEvents(announced).map(({ payload }) => payload);
}

function actionIn(transaction: Uint8Array): peer.ChaincodeAction | undefined {
  const [action] = peer.Transaction.deserializeBinary(transaction).getActionsList();
  if (action === undefined) return undefined;
  const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const endorsed = payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array();
  const response = peer.ProposalResponsePayload.deserializeBinary(endorsed);
  return peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
}

/** @returns undefined for what is no call of the chaincode, such as the channel's settings. */
function transactionIn(
  envelope: Uint8Array,
  place: { readonly number: bigint; readonly index: number; readonly chaincode: string },
): CommittedTransaction | undefined {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelope).getPayload_asU8(),
  );
  const { header, creator } = headersOf(payload.getHeader());
  if (header.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return undefined;
  const action = actionIn(payload.getData_asU8());
  if (action?.getChaincodeId()?.getName() !== place.chaincode) return undefined;
  return {
    transactionId: header.getTxId(),
    index: place.index,
    mspId: creator.getMspid(),
    events: eventsIn(action.getEvents_asU8(), place.number),
    changes: changesIn(action.getResults_asU8(), place.chaincode),
  };
}

function headersOf(header: common.Header | undefined) {
  const signature = common.SignatureHeader.deserializeBinary(
    header?.getSignatureHeader_asU8() ?? new Uint8Array(),
  );
  return {
    header: common.ChannelHeader.deserializeBinary(
      header?.getChannelHeader_asU8() ?? new Uint8Array(),
    ),
    creator: msp.SerializedIdentity.deserializeBinary(signature.getCreator_asU8()),
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function headerOf(block: Block): BlockHeader {
  const header = block.getHeader();
  return {
    number: BigInt(header?.getNumber() ?? 0),
    previousHash: header?.getPreviousHash_asU8() ?? new Uint8Array(),
    dataHash: header?.getDataHash_asU8() ?? new Uint8Array(),
  };
}

/** @returns a validation code for each envelope */
const codesOf = (block: Block): Uint8Array =>
  block.getMetadata()?.getMetadataList_asU8()[FILTER] ?? new Uint8Array();

/**
 * @param block of any copy of Fabric's protocol classes: only bytes are taken from it
 * @throws {CorruptDataError} EVENT_INVALID
 */
export function committedBlock(block: Block, chaincode: string): CommittedBlock {
  const header = headerOf(block);
  const { number } = header;
  const codes = codesOf(block);
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  const transactions = envelopes.flatMap((envelope, index) =>
    codes[index] === VALID ? (transactionIn(envelope, { number, index, chaincode }) ?? []) : [],
  );
  return {
    number,
    hash: headerHash(header),
    previousHash: hex(header.previousHash),
    transactions,
  };
}
