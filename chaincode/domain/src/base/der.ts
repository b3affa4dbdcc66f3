// SPDX-License-Identifier: Apache-2.0
// The part of DER (ITU-T X.690) that is needed to read fields of certificates and revocation lists that Node.js does not
// show. It reads the bytes once, without recursion. Any bytes give elements or a RangeError.

/** One element of DER: its tag, what is in it, and where it ends. */
export interface DerElement {
  readonly tag: number;
  readonly body: Buffer;
  /** Tag, length and body. */
  readonly whole: Buffer;
}

const SHORT_LENGTH = 0x80;
const MOST_LENGTH_BYTES = 4;
/** The tag number that means: the real number is in the next bytes. */
const LONG_TAG = 0x1f;

function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RangeError(message);
}

interface Length {
  readonly length: number;
  /** Where the body begins. */
  readonly start: number;
}

function lengthAt(bytes: Buffer, offset: number): Length {
  demand(offset < bytes.length, 'A length is missing.');
  const first = bytes.readUInt8(offset);
  if (first < SHORT_LENGTH) return { length: first, start: offset + 1 };
  const size = first - SHORT_LENGTH;
  demand(size >= 1 && size <= MOST_LENGTH_BYTES, 'A length is indefinite or too long.');
  demand(offset + size < bytes.length, 'A length is cut short.');
  const length = bytes.readUIntBE(offset + 1, size);
  const shortest = length >= SHORT_LENGTH && bytes.readUInt8(offset + 1) !== 0;
  demand(shortest, 'A length is not in its shortest form.');
  return { length, start: offset + 1 + size };
}

/** @returns the elements, which follow one another. @throws {RangeError} when the bytes are not DER. */
export function derElements(bytes: Buffer): DerElement[] {
  const found: DerElement[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const tag = bytes.readUInt8(offset);
    demand((tag & LONG_TAG) !== LONG_TAG, 'A tag is longer than a byte.');
    const { length, start } = lengthAt(bytes, offset + 1);
    const end = start + length;
    demand(end <= bytes.length, 'An element is longer than what holds it.');
    found.push({ tag, body: bytes.subarray(start, end), whole: bytes.subarray(offset, end) });
    offset = end;
  }
  return found;
}

/** @returns the elements inside an element. Empty when the element is absent. @throws {RangeError} when its body is not DER. */
export const derInside = (element: DerElement | undefined): DerElement[] =>
  element === undefined ? [] : derElements(element.body);
