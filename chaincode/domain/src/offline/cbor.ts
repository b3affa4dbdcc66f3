// SPDX-License-Identifier: Apache-2.0
// The part of CBOR that the protocol uses: unsigned integers, byte strings, text and arrays, in the one deterministic
// form of RFC 8949 §4.2.1. A reader that knows what must come next accepts no second form, allocates nothing on the
// word of a length field, and cannot be led into recursion.
import { DomainError, ensure } from '../base/errors.js';

const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;

/** The largest argument that fits into the head's own byte. */
const IN_HEAD = 23;
/** What announces 1, 2 or 4 bytes more, and the smallest number that needs them. */
const WIDTHS = [
  { info: 24, bytes: 1, from: 24 },
  { info: 25, bytes: 2, from: 2 ** 8 },
  { info: 26, bytes: 4, from: 2 ** 16 },
] as const;
/** What announces 8 bytes more, for which a number of JavaScript is too small. */
const WIDE = { info: 27, from: 2 ** 32, below: 1n << 64n } as const;

function wideHead(major: number, argument: bigint): Buffer {
  ensure(argument < WIDE.below, 'OFFLINE_MALFORMED', { reason: 'integer above 64 bits' });
  const bytes = Buffer.alloc(9, (major << 5) | WIDE.info);
  bytes.writeBigUInt64BE(argument, 1);
  return bytes;
}

/** Nearly all arguments are small, and numbers are several times as fast as bigints. */
function head(major: number, argument: number | bigint): Buffer {
  if (argument >= WIDE.from) return wideHead(major, BigInt(argument));
  const value = Number(argument);
  if (value <= IN_HEAD) return Buffer.from([(major << 5) | value]);
  const { info, bytes: length } = WIDTHS[value < 2 ** 8 ? 0 : value < 2 ** 16 ? 1 : 2];
  const bytes = Buffer.alloc(1 + length, (major << 5) | info);
  bytes.writeUIntBE(value, 1, length);
  return bytes;
}

export const cborUnsigned = (value: number | bigint): Buffer => head(UNSIGNED, value);

/** What comes before so many bytes. */
export const cborBytesHead = (length: number): Buffer => head(BYTES, length);

export const cborBytes = (value: Uint8Array): Buffer =>
  Buffer.concat([cborBytesHead(value.length), value]);

/** Text of any script. */
export function cborUtf8(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([head(TEXT, bytes.length), bytes]);
}

/** Text of ASCII only: all that the protocol has, but for names. */
export function cborText(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([head(TEXT, bytes.length), bytes]);
}

export const cborArray = (items: readonly Uint8Array[]): Buffer =>
  Buffer.concat([head(ARRAY, items.length), ...items]);

/** Reads one item after the other. Every method throws OFFLINE_MALFORMED when something else comes. */
export class CborReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  unsigned(): bigint {
    return BigInt(this.#head(UNSIGNED));
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

  /** An item or a byte is at least one byte, so no length may be above what is left. */
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

  /** What follows the head, which must need so many bytes. */
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
