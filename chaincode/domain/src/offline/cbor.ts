// SPDX-License-Identifier: Apache-2.0
// The part of CBOR that the protocol uses: unsigned integers, byte strings, text and arrays, in the one deterministic
// form of RFC 8949 §4.2.1. A reader that knows what must come next accepts no second form, allocates nothing on the
// word of a length field, and cannot be led into recursion.
import { ensure } from '../base/errors.js';

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;

/** The largest argument that fits into the head's own byte, and what announces 1, 2, 4 or 8 bytes more. */
const IN_HEAD = 23;
const WIDTHS = [
  { info: 24, bytes: 1, from: 24n, below: 1n << 8n },
  { info: 25, bytes: 2, from: 1n << 8n, below: 1n << 16n },
  { info: 26, bytes: 4, from: 1n << 16n, below: 1n << 32n },
  { info: 27, bytes: 8, from: 1n << 32n, below: 1n << 64n },
] as const;

function head(major: number, argument: bigint): Buffer {
  if (argument <= IN_HEAD) return Buffer.from([(major << 5) | Number(argument)]);
  const width = WIDTHS.find(({ below }) => argument < below);
  ensure(width !== undefined, 'OFFLINE_MALFORMED', { reason: 'integer above 64 bits' });
  const bytes = Buffer.alloc(9);
  bytes.writeBigUInt64BE(argument, 1);
  bytes[8 - width.bytes] = (major << 5) | width.info;
  return bytes.subarray(8 - width.bytes);
}

export const cborUnsigned = (value: number | bigint): Buffer => head(UNSIGNED, BigInt(value));

export const cborBytes = (value: Uint8Array): Buffer =>
  Buffer.concat([head(BYTES, BigInt(value.length)), value]);

/** Text of ASCII only: all that the protocol has. */
export function cborText(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([head(TEXT, BigInt(bytes.length)), bytes]);
}

export const cborArray = (items: readonly Uint8Array[]): Buffer =>
  Buffer.concat([head(ARRAY, BigInt(items.length)), ...items]);

/** Reads one item after the other. Every method throws OFFLINE_MALFORMED when something else comes. */
export class CborReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(): bigint {
    return this.#head(UNSIGNED);
  }

  bytes(): Buffer {
    return this.take(this.#length(BYTES));
  }

  text(): string {
    return this.take(this.#length(TEXT)).toString('latin1');
  }

  /** @returns how many items follow. */
  array(): number {
    return this.#length(ARRAY);
  }

  /** @returns the next bytes as they are. */
  take(length: number): Buffer {
    const end = this.#offset + length;
    this.#ensure(end <= this.#bytes.length, 'too short');
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  end(): void {
    this.#ensure(this.#offset === this.#bytes.length, 'bytes after the end');
  }

  /** An item or a byte is at least one byte, so no length may be above what is left. */
  #length(major: number): number {
    const length = this.#head(major);
    this.#ensure(length <= this.#bytes.length - this.#offset, 'too short');
    return Number(length);
  }

  #head(major: number): bigint {
    const first = this.take(1).readUInt8();
    this.#ensure(first >> 5 === major, 'another type');
    const info = first & 0x1f;
    if (info <= IN_HEAD) return BigInt(info);
    const width = WIDTHS.find((entry) => entry.info === info);
    this.#ensure(width !== undefined, 'length not definite');
    const argument = BigInt(`0x${this.take(width.bytes).toString('hex')}`);
    this.#ensure(argument >= width.from, 'not the shortest form');
    return argument;
  }

  #ensure(condition: boolean, reason: string): asserts condition {
    ensure(condition, 'OFFLINE_MALFORMED', { reason, offset: this.#offset });
  }
}
