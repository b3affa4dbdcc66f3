// SPDX-License-Identifier: Apache-2.0
// Ways to change an object that travels: its bytes, one field of what it says, or the form in which it says the same.
import { encodeCanonical } from 'cbor';
import fc from 'fast-check';
import { itemAt, itemRound } from '../../support/defined.js';
import { decoded, isList } from './reading.js';

/** One way to change bytes, with what fast-check draws for it. */
export type ByteChange =
  | { readonly how: 'none' }
  | { readonly how: 'flip'; readonly at: number; readonly bits: number }
  | { readonly how: 'insert'; readonly at: number; readonly byte: number }
  | { readonly how: 'remove'; readonly at: number; readonly count: number }
  | { readonly how: 'swap'; readonly at: number; readonly other: number }
  /** The same thing of another payment. */
  | { readonly how: 'splice'; readonly from: number }
  | { readonly how: 'form'; readonly which: (typeof FORMS)[number]; readonly at: number };

/** Other forms of the same, which no reader may take. */
const FORMS = ['longer head', 'indefinite', 'trailing', 'high S', 'said twice'] as const;

/** One value of a payload is another, and somebody signs that or nobody. */
export interface FieldChange {
  readonly how: 'field';
  readonly leaf: number;
  readonly value: number;
  readonly signer: 'nobody' | 'right' | 'wrong';
  /** Which of those who may not. */
  readonly who: number;
}

/** Signed again, with nothing changed. */
export interface Again {
  readonly how: 'again';
  readonly signer: 'right' | 'wrong';
  readonly who: number;
}

export type Change = ByteChange | FieldChange | Again;

const position = fc.nat({ max: 100_000 });
const constant = <const Text>(value: Text) => fc.constant(value);

export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 1, arbitrary: constant({ how: 'none' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      how: constant('flip'),
      at: position,
      bits: fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128, 255),
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: constant('insert'), at: position, byte: fc.nat(255) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      how: constant('remove'),
      at: position,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: constant('swap'), at: position, other: position }) },
  { weight: 1, arbitrary: fc.record({ how: constant('splice'), from: position }) },
  {
    weight: 1,
    arbitrary: fc.record({
      how: constant('form'),
      which: fc.constantFrom(...FORMS),
      at: position,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      how: constant('field'),
      leaf: position,
      value: position,
      signer: fc.constantFrom('nobody', 'right', 'right', 'wrong'),
      who: fc.nat(7),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      how: constant('again'),
      signer: fc.constantFrom('right', 'wrong'),
      who: fc.nat(7),
    }),
  },
);

/** How a proof begins. */
const TEXT = 0x7b;

/** Order of the curve P-256. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The second signature that the curve has for every one. */
function withHighS(bytes: Buffer): Buffer {
  const s = BigInt(`0x${bytes.subarray(-32).toString('hex') || '0'}`);
  const other = (((ORDER - s) % ORDER) + ORDER) % ORDER;
  const high = Buffer.from(other.toString(16).padStart(64, '0'), 'hex');
  return Buffer.concat([bytes.subarray(0, -32), high]);
}

/** The same proof, written otherwise. */
function otherText(text: string, { which, at }: Extract<ByteChange, { how: 'form' }>): string {
  const places = [...text.matchAll(/(?<=[{,:[])(?=["[{])/g)].map(({ index }) => index);
  const place = places[at % Math.max(1, places.length)] ?? 0;
  switch (which) {
    case 'longer head':
      return `${text.slice(0, place)} ${text.slice(place)}`;
    case 'indefinite':
      return text.replace('{', '{"format":"",');
    case 'trailing':
    case 'said twice':
      return `${text}\n`;
    case 'high S':
      return JSON.stringify(reversed(JSON.parse(text)));
  }
}

/** Keys the other way round. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).reverse());
}

/** A head of one byte, at some place where there may be one, in the form of two bytes; or an array that has no length. */
function otherForm(bytes: Buffer, { which, at }: Extract<ByteChange, { how: 'form' }>): Buffer {
  const place = at % bytes.length;
  const head = bytes.readUInt8(place);
  const major = head & 0xe0;
  const short = head & 0x1f;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  switch (which) {
    case 'longer head':
      return short < 24
        ? Buffer.concat([before, Buffer.from([major | 24, short]), after])
        : Buffer.concat([before, Buffer.from([major | 25, 0]), after]);
    case 'indefinite':
      return Buffer.concat([before, Buffer.from([major | 31]), after, Buffer.from([0xff])]);
    case 'trailing':
      return Buffer.concat([bytes, Buffer.from([at & 0xff])]);
    case 'high S':
      return withHighS(bytes);
    case 'said twice':
      return withZeros(bytes) ?? Buffer.concat([bytes, bytes]);
  }
}

/** Writes out what is normally left out: that there is no voucher before. */
function withZeros(bytes: Buffer): Buffer | undefined {
  const value = decoded(bytes);
  if (!isList(value)) return undefined;
  const empty = value.findIndex((each) => isList(each) && each.length === 0);
  return empty === -1 ? undefined : encodeCanonical(value.with(empty, [Buffer.alloc(32)]));
}

/** @param instead the same thing of another payment */
export function changedBytes(bytes: Buffer, made: ByteChange, instead: () => Buffer): Buffer {
  const all = [...bytes];
  const at = 'at' in made ? made.at % Math.max(1, all.length) : 0;
  switch (made.how) {
    case 'none':
      return bytes;
    case 'flip':
      return Buffer.from(all.with(at, itemAt(all, at) ^ made.bits));
    case 'insert':
      return Buffer.from(all.toSpliced(at, 0, made.byte));
    case 'remove':
      return Buffer.from(all.toSpliced(at, made.count));
    case 'swap': {
      const other = made.other % all.length;
      return Buffer.from(all.with(at, itemAt(all, other)).with(other, itemAt(all, at)));
    }
    case 'splice':
      return instead();
    case 'form':
      return bytes[0] === TEXT
        ? Buffer.from(otherText(bytes.toString(), made))
        : otherForm(bytes, made);
  }
}

type Path = readonly number[];

/** Where the values are, lists included. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (!Array.isArray(value)) return [path];
  const inner = value.flatMap((each, index) => leavesOf(each, [...path, index]));
  return path.length === 0 ? inner : [...inner, path];
}

/** @throws when the path leads through something that is no list */
function listAt(value: unknown): readonly unknown[] {
  if (!isList(value)) throw new TypeError('the path leads through no list');
  return value;
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce((inner, index) => listAt(inner)[index], value);

const withAt = (value: unknown, [index, ...rest]: Path, leaf: unknown): unknown =>
  index === undefined ? leaf : listAt(value).with(index, withAt(listAt(value)[index], rest, leaf));

const EDGES = [0, 1, 2, 63, 64, 65, 255, 65_536, 4_294_967_295, 4_294_967_296];
const BIG = [10n ** 18n - 1n, 10n ** 18n, 2n ** 64n - 1n];
const TEXTS = [
  'bank-2',
  'merchant-2',
  'terminal-2',
  'customer-2',
  'device-9',
  'tablet',
  'USD',
  'x',
];
const ODD = ['', ' ', 'a b', 'e\u0301', 'é', 'ab\u202e', 'a'.repeat(65), 'EURO', 'channel', '-x'];

function numbersFor(value: number | bigint): readonly unknown[] {
  const number = Number(value);
  const near = [-1, 1, -10, 10, -60, 60, -61, 61, -1000, 1000, -5000, 5000].map(
    (off) => number + off,
  );
  return [...near.filter((each) => each >= 0), ...EDGES, ...BIG, -1, 1.5];
}

function bytesFor(value: Buffer, others: readonly Buffer[]): readonly unknown[] {
  const alike = others.filter((other) => other.length === value.length);
  const flipped = Buffer.from(value);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  return [...alike, Buffer.alloc(value.length), flipped, value.subarray(1)];
}

function listsFor(value: readonly unknown[], others: readonly Buffer[]): readonly unknown[] {
  const digest = others.find((other) => other.length === 32) ?? Buffer.alloc(32);
  return [[], [digest], [Buffer.alloc(32)], [7], [...value, ...value], value.slice(1)];
}

/** Values that may take the place of one. */
function replacements(value: unknown, others: readonly Buffer[]): readonly unknown[] {
  if (typeof value === 'number' || typeof value === 'bigint') return numbersFor(value);
  if (Buffer.isBuffer(value)) return bytesFor(value, others);
  if (Array.isArray(value)) return listsFor(value, others);
  return [...TEXTS, ...ODD];
}

/**
 * @param encoded a payload, or another array
 * @param others bytes that genuine objects contain
 * @returns the same with one value changed, undefined when it is no array.
 */
export function changedField(
  encoded: Uint8Array,
  { leaf, value }: Pick<FieldChange, 'leaf' | 'value'>,
  others: readonly Buffer[],
): Buffer | undefined {
  const before = decoded(encoded);
  if (!Array.isArray(before)) return undefined;
  const leaves = leavesOf(before);
  const path = itemRound(leaves, leaf);
  const choices = replacements(valueAt(before, path), others);
  return encodeCanonical(withAt(before, path, choices[value % choices.length]));
}
