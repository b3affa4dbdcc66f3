// SPDX-License-Identifier: Apache-2.0
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import type { Block } from '../events/ledger-blocks.js';
import { committedBlock } from './committed-block.js';
import { rowChange } from './row-change.js';

type Writes = Readonly<Record<string, string | null>>;

interface Scripted {
  readonly txId: string;
  readonly writes?: Writes;
  readonly event?: object;
  readonly chaincode?: string;
  readonly type?: number;
}

function namespaceOf(name: string, writes: Writes): ledger.rwset.NsReadWriteSet {
  const rows = new ledger.rwset.kvrwset.KVRWSet();
  for (const [key, value] of Object.entries(writes)) {
    const write = new ledger.rwset.kvrwset.KVWrite();
    write.setKey(key);
    write.setIsDelete(value === null);
    write.setValue(Buffer.from(value ?? ''));
    rows.addWrites(write);
  }
  const set = new ledger.rwset.NsReadWriteSet();
  set.setNamespace(name);
  set.setRwset(rows.serializeBinary());
  return set;
}

function actionOf({ txId, writes = {}, event, chaincode = 'offpay' }: Scripted) {
  const results = new ledger.rwset.TxReadWriteSet();
  results.setNsRwsetList([
    namespaceOf('_lifecycle', { 'order/of/another': '{}' }),
    namespaceOf(chaincode, writes),
  ]);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const action = new peer.ChaincodeAction();
  action.setResults(results.serializeBinary());
  action.setChaincodeId(id);
  if (event !== undefined) {
    const announced = new peer.ChaincodeEvent();
    announced.setTxId(txId);
    announced.setEventName('settlement.capture');
    announced.setPayload(Buffer.from(JSON.stringify(event)));
    action.setEvents(announced.serializeBinary());
  }
  return action;
}

function transactionOf(scripted: Scripted): Uint8Array {
  const response = new peer.ProposalResponsePayload();
  response.setExtension$(actionOf(scripted).serializeBinary());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(response.serializeBinary());
  const payload = new peer.ChaincodeActionPayload();
  payload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  return transaction.serializeBinary();
}

function envelopeOf(scripted: Scripted): Uint8Array {
  const creator = new msp.SerializedIdentity();
  creator.setMspid('BankMSP');
  const signature = new common.SignatureHeader();
  signature.setCreator(creator.serializeBinary());
  const channel = new common.ChannelHeader();
  channel.setType(scripted.type ?? common.HeaderType.ENDORSER_TRANSACTION);
  channel.setTxId(scripted.txId);
  const header = new common.Header();
  header.setChannelHeader(channel.serializeBinary());
  header.setSignatureHeader(signature.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transactionOf(scripted));
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

function blockOf(transactions: readonly Scripted[], codes: readonly number[]): Block {
  const header = new common.BlockHeader();
  header.setNumber(7);
  header.setPreviousHash(Buffer.alloc(32, 1));
  header.setDataHash(Buffer.alloc(32, 2));
  const data = new common.BlockData();
  data.setDataList(transactions.map(envelopeOf));
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([[], [], codes].map((each) => Uint8Array.from(each)));
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

const CAPTURED = { transaction: 'settlement:capture', subject: 'm/1', units: ['14'], at: 5 };

test('valid transactions of the chaincode, with rows, events and sender; nothing of the others', () => {
  const transactions: Scripted[] = [
    { txId: 'a', writes: { 'order/m/1': '{"state":"captured"}', 'vote/x': null }, event: CAPTURED },
    { txId: 'refused', writes: { 'order/m/2': '{}' } },
    { txId: 'other', writes: { 'order/m/3': '{}' }, chaincode: 'other' },
    { txId: 'settings', type: common.HeaderType.CONFIG },
    { txId: 'b' },
  ];
  const codes = [0, peer.TxValidationCode.MVCC_READ_CONFLICT, 0, 0, 0];
  const block = committedBlock(blockOf(transactions, codes), 'offpay');
  expect(block).toMatchObject({ number: 7n, previousHash: '01'.repeat(32) });
  expect(block.transactions).toEqual([
    {
      transactionId: 'a',
      index: 0,
      mspId: 'BankMSP',
      events: [CAPTURED],
      changes: [
        { key: 'order/m/1', value: '{"state":"captured"}' },
        { key: 'vote/x', value: null },
      ],
    },
    { transactionId: 'b', index: 4, mspId: 'BankMSP', events: [], changes: [] },
  ]);
});

test('a batch announces what each of its calls did', () => {
  const batch = [
    { subject: 'm/1', transaction: 'express:bank', units: ['14'] },
    { subject: 'm/2', transaction: 'express:bank', units: [] },
  ];
  const block = blockOf([{ txId: 'a', event: { batch, at: 5 } }], [0]);
  const [transaction] = committedBlock(block, 'offpay').transactions;
  expect(transaction?.events.map(({ subject, at }) => [subject, at])).toEqual([
    ['m/1', 5],
    ['m/2', 5],
  ]);
});

test('a row tells its kind and its parts; one of a kind unknown here is left out', () => {
  expect(rowChange({ key: 'order/m/1', value: '{"state":"captured"}' })).toEqual({
    kind: 'order',
    parts: ['m', '1'],
    row: { state: 'captured' },
  });
  expect(rowChange({ key: 'order/m/1', value: null })).toMatchObject({ row: null });
  expect(rowChange({ key: 'toString/m', value: '{}' })).toBeUndefined();
});
