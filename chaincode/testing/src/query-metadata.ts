// SPDX-License-Identifier: Apache-2.0
// Reads the page that the shim asks for, from its protobuf message QueryMetadata {1: pageSize, 2: bookmark}.
import type { Page } from './range-scan';

const PAGE_SIZE = 0x08;

interface Cursor {
  readonly bytes: Uint8Array;
  offset: number;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.bytes[cursor.offset++] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 128) return value;
  }
}

function readText(cursor: Cursor): string {
  const length = readVarint(cursor);
  const start = cursor.offset;
  cursor.offset += length;
  return Buffer.from(cursor.bytes.subarray(start, cursor.offset)).toString();
}

/** An absent message is a query without pagination. */
export function readQueryMetadata(bytes: Uint8Array = new Uint8Array()): Page {
  const cursor = { bytes, offset: 0 };
  let [size, bookmark] = [0, ''];
  while (cursor.offset < bytes.length) {
    if (readVarint(cursor) === PAGE_SIZE) size = readVarint(cursor);
    else bookmark = readText(cursor);
  }
  return { size, bookmark };
}
