// SPDX-License-Identifier: Apache-2.0
// The hash by which a block names the one before it: SHA-256 over the header in DER, as Fabric computes it.
import { createHash } from 'node:crypto';

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/** A header is shorter than 128 bytes, so that one byte holds each length. */
const element = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(tag, content.length), content]);

/** The shortest form in two's complement; numbers of blocks are never negative. */
function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const isNegative = bytes[0] !== undefined && bytes[0] >= 0x80;
  return element(INTEGER, isNegative ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

/** What a block's header holds. */
export interface BlockHeader {
  readonly number: bigint;
  /** Of the block before, 32 bytes; empty in the first block. */
  readonly previousHash: Uint8Array;
  /** Of the block's envelopes, 32 bytes. */
  readonly dataHash: Uint8Array;
}

/** @returns the header in DER, over which orderers sign and blocks are hashed. Fabric: `protoutil.BlockHeaderBytes`. */
export function headerBytes({ number, previousHash, dataHash }: BlockHeader): Buffer {
  const fields = [
    integer(number),
    element(OCTET_STRING, previousHash),
    element(OCTET_STRING, dataHash),
  ];
  return element(SEQUENCE, Buffer.concat(fields));
}

/** @returns the hash that the next block carries, in hex. Fabric: `protoutil.BlockHeaderHash`. */
export const headerHash = (header: BlockHeader): string =>
  createHash('sha256').update(headerBytes(header)).digest('hex');
