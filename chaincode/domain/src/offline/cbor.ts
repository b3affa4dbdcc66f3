// SPDX-License-Identifier: Apache-2.0
// The part of CBOR that the protocol uses: unsigned integers, byte strings, text and arrays, in the one deterministic form
// of RFC 8949 §4.2.1. The reader knows what must come next. It accepts no second form, does not trust a length field for
// allocation, and does not recurse.
import { DomainError, ensure } from '../base/errors.js';

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;

/** The largest argument that fits into the head's own byte. */
const IN_HEAD = 23;
/** The codes for 1, 2 or 4 more bytes, and the smallest number that needs them. */
const WIDTHS = [
  { info: 24, bytes: 1, from: 24 },
  { info: 25, bytes: 2, from: 2 ** 8 },
  { info: 26, bytes: 4, from: 2 ** 16 },
] as const;
/** The code for 8 more bytes, which need a bigint. */
const WIDE = { info: 27, from: 2 ** 32, below: 1n << 64n } as const;

/** Most objects of the protocol fit into this many bytes. */
const FIRST_LENGTH = 256;

/** Writes items one after the other. */
export class CborWriter {
  #bytes = Buffer.allocUnsafe(FIRST_LENGTH);
  #length = 0;

  /** @throws {DomainError} OFFLINE_MALFORMED above 64 bits. */
  unsigned(value: number | bigint): this {
    return this.#head(UNSIGNED, value);
  }

  bytes(value: Uint8Array): this {
    return this.#head(BYTES, value.length).raw(value);
  }

  /** ASCII text. All text of the protocol is ASCII, except names. */
  text(value: string): this {
    this.#head(TEXT, value.length);
    const at = this.#take(value.length);
    this.#bytes.write(value, at, 'latin1');
    return this;
  }

  /** Text of any script. */
  utf8(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    return this.#head(TEXT, bytes.length).raw(bytes);
  }

  /** The head of an array with this many items. */
  array(length: number): this {
    return this.#head(ARRAY, length);
  }

  /** Items that are already encoded. */
  raw(value: Uint8Array): this {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** @returns what was written. */
  end(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Nearly all arguments are small, and numbers are several times faster than bigints. */
  #head(major: number, argument: number | bigint): this {
    if (argument >= WIDE.from) return this.#wideHead(major, BigInt(argument));
    const value = Number(argument);
    if (value <= IN_HEAD) return this.#byte((major << 5) | value);
    const { info, bytes } = WIDTHS[value < 2 ** 8 ? 0 : value < 2 ** 16 ? 1 : 2];
    this.#byte((major << 5) | info);
    const at = this.#take(bytes);
    this.#bytes.writeUIntBE(value, at, bytes);
    return this;
  }

  #wideHead(major: number, argument: bigint): this {
    ensure(argument < WIDE.below, 'OFFLINE_MALFORMED', { reason: 'integer above 64 bits' });
    this.#byte((major << 5) | WIDE.info);
    const at = this.#take(8);
    this.#bytes.writeBigUInt64BE(argument, at);
    return this;
  }

  #byte(value: number): this {
    const at = this.#take(1);
    this.#bytes[at] = value;
    return this;
  }

  /** Makes room for `count` bytes. @returns their position */
  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(2 * this.#length);
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    return at;
  }
}

/** Reads items one after the other. Every method throws OFFLINE_MALFORMED when the next item is something else. */
export class CborReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(): bigint {
    return BigInt(this.#head(UNSIGNED));
  }

  /** An unsigned integer as a number, exact up to 2^53. */
  integer(): number {
    return Number(this.#head(UNSIGNED));
  }

  bytes(): Buffer {
    return this.take(this.#length(BYTES));
  }

  text(): string {
    return this.take(this.#length(TEXT)).toString('latin1');
  }

  /** Well-formed UTF-8. */
  utf8(): string {
    const bytes = this.take(this.#length(TEXT));
    const value = bytes.toString('utf8');
    this.#ensure(Buffer.from(value, 'utf8').equals(bytes), 'no UTF-8');
    return value;
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

  /** An item has at least one byte, so no length may be larger than the rest. */
  #length(major: number): number {
    const length = this.#head(major);
    this.#ensure(length <= this.#bytes.length - this.#offset, 'too short');
    return Number(length);
  }

  #head(major: number): number | bigint {
    const first = this.#bytes[this.#offset];
    this.#ensure(first !== undefined, 'too short');
    this.#offset += 1;
    this.#ensure(first >> 5 === major, 'another type');
    const info = first & 0x1f;
    return info <= IN_HEAD ? info : this.#argument(info);
  }

  /** The argument after the head. It must be too large for a shorter form. */
  #argument(info: number): number | bigint {
    const width = WIDTHS[info - 24];
    this.#ensure(width !== undefined || info === WIDE.info, 'length not definite');
    const argument =
      width === undefined
        ? this.take(8).readBigUInt64BE()
        : this.take(width.bytes).readUIntBE(0, width.bytes);
    this.#ensure(argument >= (width ?? WIDE).from, 'not the shortest form');
    return argument;
  }

  #ensure(condition: boolean, reason: string): asserts condition {
    if (!condition) throw new DomainError('OFFLINE_MALFORMED', { reason, offset: this.#offset });
  }
}
