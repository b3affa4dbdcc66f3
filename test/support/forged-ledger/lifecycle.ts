// SPDX-License-Identifier: Apache-2.0
// How a chaincode is defined on a ledger: what each organisation approves in its own collection, and the public rows of the definition. See
// core/chaincode/lifecycle of Fabric.
import { createHash } from 'node:crypto';
import { ledger, peer } from '@hyperledger/fabric-protos';
import { ADDRESS_COLLECTION } from '@fabric-offline-pay/domain';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import {
  applicationPolicy,
  roleOf,
  signatureEnvelope,
  someOf,
} from '../../../network/nodes/auditor/src/testing/test-policies.js';
import { CHAINCODE } from './forged-channel.js';

const { bank, merchant, logistics } = MSP_IDS;
const { KVRead, KVRWSet, KVWrite, HashedRWSet, KVWriteHash, Version } = ledger.rwset.kvrwset;

/** The namespace of definitions. */
export const LIFECYCLE = '_lifecycle';

/** The row that every call of a chaincode reads in {@link LIFECYCLE}. */
export const SEQUENCE_KEY = `namespaces/fields/${CHAINCODE}/Sequence`;

/** A definition of the chaincode. */
export interface Definition {
  readonly version: string;
  readonly sequence: number;
}

/** The bank, and one of the two others. */
const ENDORSEMENT = applicationPolicy(
  signatureEnvelope({ n: 2, of: [0, { n: 1, of: [1, 2] }] }, [
    roleOf(bank, 'PEER'),
    roleOf(merchant, 'PEER'),
    roleOf(logistics, 'PEER'),
  ]),
);

function addresses(): peer.StaticCollectionConfig {
  const members = new peer.CollectionPolicyConfig();
  members.setSignaturePolicy(someOf(1, [roleOf(bank, 'MEMBER'), roleOf(logistics, 'MEMBER')]));
  const endorsement = peer.ApplicationPolicy.deserializeBinary(
    applicationPolicy(someOf(2, [roleOf(bank, 'PEER'), roleOf(logistics, 'PEER')])),
  );
  const collection = new peer.StaticCollectionConfig();
  collection.setName(ADDRESS_COLLECTION);
  collection.setMemberOrgsPolicy(members);
  collection.setEndorsementPolicy(endorsement);
  collection.setMemberOnlyRead(true);
  collection.setMemberOnlyWrite(true);
  return collection;
}

function collections(): Uint8Array {
  const config = new peer.CollectionConfig();
  config.setStaticCollectionConfig(addresses());
  const message = new peer.CollectionConfigPackage();
  message.setConfigList([config]);
  return message.serializeBinary();
}

function endorsementInfo(version: string): Uint8Array {
  const info = new peer.lifecycle.ChaincodeEndorsementInfo();
  info.setVersion(version);
  info.setEndorsementPlugin('escc');
  return info.serializeBinary();
}

function validationInfo(): Uint8Array {
  const info = new peer.lifecycle.ChaincodeValidationInfo();
  info.setValidationPlugin('vscc');
  info.setValidationParameter(ENDORSEMENT);
  return info.serializeBinary();
}

function bytesField(bytes: Uint8Array): Uint8Array {
  const data = new peer.lifecycle.StateData();
  data.setBytes(bytes);
  return data.serializeBinary();
}

function sequenceField(sequence: number): Uint8Array {
  const data = new peer.lifecycle.StateData();
  data.setInt64(sequence);
  return data.serializeBinary();
}

function metadata(...fields: readonly string[]): Uint8Array {
  const message = new peer.lifecycle.StateMetadata();
  message.setDatatype('ChaincodeDefinition');
  message.setFieldsList([...fields]);
  return message.serializeBinary();
}

type Row = readonly [key: string, value: Uint8Array];

/** @returns the rows of a definition, by their keys */
function definitionRows({ version, sequence }: Definition): Row[] {
  const field = (of: string): string => `namespaces/fields/${CHAINCODE}/${of}`;
  return [
    [field('Collections'), bytesField(collections())],
    [field('EndorsementInfo'), bytesField(endorsementInfo(version))],
    [SEQUENCE_KEY, sequenceField(sequence)],
    [field('ValidationInfo'), bytesField(validationInfo())],
    [
      `namespaces/metadata/${CHAINCODE}`,
      metadata('Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'),
    ],
  ];
}

/** Where the definition before this one was written; undefined: nowhere. */
export type Before = { readonly block: number; readonly tx: number } | undefined;

function readsOf(before: Before): ledger.rwset.kvrwset.KVRead[] {
  return [SEQUENCE_KEY, `namespaces/metadata/${CHAINCODE}`].map((key) => {
    const read = new KVRead();
    read.setKey(key);
    if (before === undefined) return read;
    const version = new Version();
    version.setBlockNum(before.block);
    version.setTxNum(before.tx);
    read.setVersion(version);
    return read;
  });
}

function writeOf([key, value]: Row): ledger.rwset.kvrwset.KVWrite {
  const write = new KVWrite();
  write.setKey(key);
  write.setValue(value);
  return write;
}

const sha256 = (content: string | Uint8Array): Buffer =>
  createHash('sha256').update(content).digest();

/** What an organisation approves stands in its own collection, of which others see hashes. */
function approvalOf(mspId: string, definition: Definition) {
  const rows = new HashedRWSet();
  for (const [key, value] of definitionRows(definition)) {
    const write = new KVWriteHash();
    write.setKeyHash(sha256(key.replace(CHAINCODE, `${CHAINCODE}#${definition.sequence}`)));
    write.setValueHash(sha256(value));
    rows.addHashedWrites(write);
  }
  const message = new ledger.rwset.CollectionHashedReadWriteSet();
  message.setCollectionName(`_implicit_org_${mspId}`);
  message.setHashedRwset(rows.serializeBinary());
  return message;
}

interface Accessed {
  readonly reads: readonly ledger.rwset.kvrwset.KVRead[];
  readonly writes?: readonly Row[];
  readonly collections?: readonly ledger.rwset.CollectionHashedReadWriteSet[];
}

function namespaceSet({ reads, writes = [], collections: hashed = [] }: Accessed) {
  const rows = new KVRWSet();
  rows.setReadsList([...reads]);
  rows.setWritesList(writes.map(writeOf));
  const message = new ledger.rwset.NsReadWriteSet();
  message.setNamespace(LIFECYCLE);
  message.setRwset(rows.serializeBinary());
  message.setCollectionHashedRwsetList([...hashed]);
  return message;
}

function actionOf(chaincode: string, version: string, set: ledger.rwset.NsReadWriteSet) {
  const results = new ledger.rwset.TxReadWriteSet();
  results.setNsRwsetList([set]);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  id.setVersion(version);
  const response = new peer.Response();
  response.setStatus(200);
  const action = new peer.ChaincodeAction();
  action.setResults(results.serializeBinary());
  action.setResponse(response);
  action.setChaincodeId(id);
  return action.serializeBinary();
}

/** The version that peers give to what they bring with them. */
const SYSTEM = 'syscc';

/** @returns the `ChaincodeAction` by which an organisation approves a definition */
export const approvalAction = (mspId: string, definition: Definition, before: Before): Uint8Array =>
  actionOf(
    LIFECYCLE,
    SYSTEM,
    namespaceSet({ reads: readsOf(before), collections: [approvalOf(mspId, definition)] }),
  );

/** @returns the `ChaincodeAction` by which a definition comes into force */
export const definitionAction = (definition: Definition, before: Before): Uint8Array =>
  actionOf(
    LIFECYCLE,
    SYSTEM,
    namespaceSet({ reads: readsOf(before), writes: definitionRows(definition) }),
  );

/**
 * What every call of the chaincode has in common: its version, and the definition that its endorsers read.
 * @returns a `ChaincodeAction` without rows of its own, base64
 */
export function frameOf({ version }: Definition, at: Before): string {
  const [sequence] = readsOf(at);
  const set = namespaceSet({ reads: sequence === undefined ? [] : [sequence] });
  return Buffer.from(actionOf(CHAINCODE, version, set)).toString('base64');
}
