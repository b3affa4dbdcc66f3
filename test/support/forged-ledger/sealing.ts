// SPDX-License-Identifier: Apache-2.0
// Puts envelopes into blocks: hash chain, signatures of an orderer, outcomes and the peer's commit hash. Everything after a changed block can
// be sealed again, as orderers and peers who work together could.
import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { headerBytes, headerHash } from '@fabric-offline-pay/sdk';
import { field, varint } from '../../../network/nodes/auditor/src/blocks/protocol-bytes.js';
import type { RawBlock } from '../../../network/nodes/auditor/src/blocks/raw-block.js';
import { readBlock } from '../../../network/nodes/auditor/src/blocks/read-block.js';
import { commitHash } from '../../../network/nodes/auditor/src/checks/commit-hash.js';
import type { TestMember } from '../../../network/nodes/auditor/src/testing/test-organisation.js';
import { signatureHeader } from './envelopes.js';

/** A block before it is sealed. */
export interface Draft {
  readonly envelopes: readonly Uint8Array[];
  /** Fabric's `TxValidationCode`, one for each. */
  readonly codes: readonly number[];
  readonly hasSettings: boolean;
}

/** What a block takes from those before it. */
export interface Link {
  readonly number: number;
  /** Hex. */
  readonly previousHash: string;
  /** Hex. */
  readonly commitHash: string;
  /** The last block that brought settings. */
  readonly settings: number;
}

export const FIRST: Link = { number: 0, previousHash: '', commitHash: '', settings: 0 };

export interface Sealed {
  /** Fabric's `Block`. */
  readonly block: common.Block;
  readonly next: Link;
}

/** Written by hand: two versions of the library's classes meet in a test, of which one cannot write the signatures of the other. */
const metadata = (value: Uint8Array): Buffer => field(1, value);

function lastConfig(index: number): Uint8Array {
  const message = new common.LastConfig();
  message.setIndex(index);
  return message.serializeBinary();
}

/** What an orderer says beside the block, which it signs. Raft's own numbers mean nothing to others. */
const ordererSays = (settings: number): Buffer =>
  Buffer.concat([
    varint((1 << 3) | 2),
    varint(lastConfig(settings).length),
    lastConfig(settings),
    field(2, metadata(Uint8Array.of(8, 1))),
  ]);

function signatureOf(header: Uint8Array, said: Uint8Array, orderer: TestMember): Buffer {
  const own = signatureHeader(orderer.identity.bytes);
  const { signature } = orderer.signs(Buffer.concat([said, own, header]));
  return Buffer.concat([field(1, own), field(2, signature)]);
}

/** Nobody signs block 0. */
function signatures(header: common.BlockHeader, settings: number, orderer: TestMember): Uint8Array {
  const number = header.getNumber();
  if (number === 0) return metadata(Uint8Array.of(0x0a, 0));
  const said = ordererSays(settings);
  const bytes = headerBytes({
    number: BigInt(number),
    previousHash: header.getPreviousHash_asU8(),
    dataHash: header.getDataHash_asU8(),
  });
  return Buffer.concat([metadata(said), field(2, signatureOf(bytes, said, orderer))]);
}

function headerOf({ envelopes }: Draft, { number, previousHash }: Link): common.BlockHeader {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setPreviousHash(Buffer.from(previousHash, 'hex'));
  header.setDataHash(createHash('sha256').update(Buffer.concat(envelopes)).digest());
  return header;
}

/** The hash that a peer notes: none of block 0. */
function noted(block: RawBlock, before: string): string {
  return block.number === 0 ? '' : commitHash(before, block);
}

/** @param orderer signs the block */
export function seal(draft: Draft, link: Link, orderer: TestMember): Sealed {
  const { number } = link;
  const settings = draft.hasSettings ? number : link.settings;
  const header = headerOf(draft, link);
  const data = new common.BlockData();
  data.setDataList([...draft.envelopes]);
  const parts = [
    signatures(header, settings, orderer),
    metadata(lastConfig(settings)),
    Uint8Array.from(draft.codes),
    new Uint8Array(),
  ];
  const beside = new common.BlockMetadata();
  beside.setMetadataList([...parts, new Uint8Array()]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(beside);
  const read = readBlock(block.serializeBinary());
  const hash = noted(read, link.commitHash);
  beside.setMetadataList([...parts, metadata(Buffer.from(hash, 'hex'))]);
  const next = { number: number + 1, previousHash: headerHash(read.header) };
  return { block, next: { ...next, commitHash: hash, settings } };
}

const part = (bytes: Uint8Array): Buffer => Buffer.concat([varint(bytes.length), bytes]);

const parts = (list: readonly Uint8Array[]): Buffer =>
  Buffer.concat([varint(list.length), ...list.map(part)]);

/** @returns the block as a peer writes it into its file, with its length in front. Fabric: `serializeBlock` */
export function stored(block: common.Block): Buffer {
  const header = block.getHeader() ?? new common.BlockHeader();
  return part(
    Buffer.concat([
      varint(header.getNumber()),
      part(header.getDataHash_asU8()),
      part(header.getPreviousHash_asU8()),
      parts(block.getData()?.getDataList_asU8() ?? []),
      parts(block.getMetadata()?.getMetadataList_asU8() ?? []),
    ]),
  );
}
