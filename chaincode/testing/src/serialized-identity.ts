// SPDX-License-Identifier: Apache-2.0
// A client's identity as proposals carry it: the protobuf message SerializedIdentity {1: mspid, 2: id_bytes}.
import type { Creator } from './types';

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function field(number: number, text: string): Buffer {
  const contents = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(contents.length)]), contents]);
}

export function serializedIdentity({ mspId, certificate }: Creator): Buffer {
  return Buffer.concat([field(1, mspId), field(2, certificate)]);
}
