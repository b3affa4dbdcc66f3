// SPDX-License-Identifier: Apache-2.0
// The calls in a block, as their clients signed them. Invalid transactions count too: the content of a call proves itself.
import { common, peer } from '@hyperledger/fabric-protos';
import type { LedgerCall } from './archive.js';

function actionOf(transaction: Uint8Array): readonly Buffer[] {
  const [action] = peer.Transaction.deserializeBinary(transaction).getActionsList();
  if (action === undefined) return [];
  const payload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(
    payload.getChaincodeProposalPayload_asU8(),
  );
  const input = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
  const args = input.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
  return args.map((bytes) => Buffer.from(bytes));
}

function callIn(envelope: Uint8Array): LedgerCall | undefined {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelope).getPayload_asU8(),
  );
  const header = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  );
  if (header.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return undefined;
  const [name, argument] = actionOf(payload.getData_asU8());
  if (name === undefined || argument === undefined) return undefined;
  return {
    transactionId: header.getTxId(),
    name: name.toString('utf8'),
    argument: argument.toString('utf8'),
  };
}

/** @param block serialised, so that it may come from any copy of the protocol's classes */
export function callsIn(block: Uint8Array): readonly LedgerCall[] {
  const envelopes = common.Block.deserializeBinary(block).getData()?.getDataList_asU8() ?? [];
  return envelopes.map(callIn).filter((call) => call !== undefined);
}
