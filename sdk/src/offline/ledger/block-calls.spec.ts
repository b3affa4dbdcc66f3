// SPDX-License-Identifier: Apache-2.0
// Reads the inputs of transactions from a block, whatever else the block contains.
import { common, peer } from '@hyperledger/fabric-protos';
import { callsIn } from './block-calls.js';

function payloadOf(type: number, transactionId: string, data: Uint8Array): Uint8Array {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(type);
  channelHeader.setTxId(transactionId);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(data);
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

function transactionOf(...args: readonly string[]): Uint8Array {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((text) => Buffer.from(text)));
  const spec = new peer.ChaincodeSpec();
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const proposal = new peer.ChaincodeProposalPayload();
  proposal.setInput(invocation.serializeBinary());
  const payload = new peer.ChaincodeActionPayload();
  payload.setChaincodeProposalPayload(proposal.serializeBinary());
  const action = new peer.TransactionAction();
  action.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  return transaction.serializeBinary();
}

function blockOf(...envelopes: readonly Uint8Array[]): Uint8Array {
  const data = new common.BlockData();
  data.setDataList([...envelopes]);
  const block = new common.Block();
  block.setData(data);
  return block.serializeBinary();
}

const { CONFIG, ENDORSER_TRANSACTION } = common.HeaderType;

test('returns the calls of a block, in order', () => {
  const block = blockOf(
    payloadOf(CONFIG, '', Buffer.from('configuration')),
    payloadOf(ENDORSER_TRANSACTION, 'tx-1', transactionOf('offline:settle', '{"ü":1}')),
    payloadOf(ENDORSER_TRANSACTION, 'tx-2', transactionOf('offline:fund', '{}')),
  );
  expect(callsIn(block)).toEqual([
    { transactionId: 'tx-1', name: 'offline:settle', argument: '{"ü":1}' },
    { transactionId: 'tx-2', name: 'offline:fund', argument: '{}' },
  ]);
});

test('ignores a transaction without an argument', () => {
  expect(callsIn(blockOf(payloadOf(ENDORSER_TRANSACTION, 'tx-1', transactionOf('init'))))).toEqual(
    [],
  );
  expect(callsIn(blockOf())).toEqual([]);
});
