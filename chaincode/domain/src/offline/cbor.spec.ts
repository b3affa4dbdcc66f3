// SPDX-License-Identifier: Apache-2.0
// CBOR: the examples of RFC 8949, and no second form is ever read.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { refusal } from '../../../../test/support/offline-world';
import { CborReader, CborWriter } from './cbor';

fc.configureGlobal({ seed: SEED });

const written = (write: (writer: CborWriter) => CborWriter): string =>
  write(new CborWriter()).end().toString('hex');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const read = <T>(text: string, how: (reader: CborReader) => T): T => {
  const reader = new CborReader(hex(text));
  const value = how(reader);
  reader.end();
  return value;
};

/** RFC 8949, appendix A. */
const UNSIGNED: readonly (readonly [bigint, string])[] = [
  [0n, '00'],
  [23n, '17'],
  [24n, '1818'],
  [100n, '1864'],
  [1000n, '1903e8'],
  [1000000n, '1a000f4240'],
  [1000000000000n, '1b000000e8d4a51000'],
  [18446744073709551615n, '1bffffffffffffffff'],
];

it.each(UNSIGNED)('%s is written and read as the standard says', (value, bytes) => {
  expect(written((writer) => writer.unsigned(value))).toBe(bytes);
  expect(read(bytes, (reader) => reader.unsigned())).toBe(value);
  expect(read(bytes, (reader) => reader.integer())).toBe(Number(value));
});

it('strings and arrays are written and read as the standard says', () => {
  expect(written((writer) => writer.bytes(hex('01020304')))).toBe('4401020304');
  expect(written((writer) => writer.text('IETF'))).toBe('6449455446');
  expect(written((writer) => writer.utf8('ü水'))).toBe('65c3bce6b0b4');
  expect(written((writer) => writer.array(2).unsigned(1).text('a'))).toBe('82016161');
  expect(read('4401020304', (reader) => reader.bytes().toString('hex'))).toBe('01020304');
  expect(read('6449455446', (reader) => reader.text())).toBe('IETF');
  expect(read('80', (reader) => reader.array())).toBe(0);
});

it('every unsigned integer has one form, the shortest', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const bytes = written((writer) => writer.unsigned(value));
      expect(read(bytes, (reader) => reader.unsigned())).toBe(value);
      const least = [24n, 1n << 8n, 1n << 16n, 1n << 32n].filter((bound) => value >= bound).length;
      expect(bytes.length / 2).toBe([1, 2, 3, 5, 9][least]);
    }),
  );
});

it.each([
  ['a longer form of 23', '1817'],
  ['a longer form of 255', '1900ff'],
  ['a longer form of 65535', '1a0000ffff'],
  ['a longer form of 2^32 - 1', '1b00000000ffffffff'],
  ['a reserved head', '1c'],
  ['an indefinite head', '1f'],
  ['a negative number', '20'],
  ['a text', '6130'],
  ['a float', 'f90000'],
  ['a tag', 'c100'],
  ['nothing', ''],
  ['half an argument', '19ff'],
  ['something after it', '0000'],
])('no unsigned integer is %s', (_, bytes) => {
  expect(refusal(() => read(bytes, (reader) => reader.unsigned()))).toBe('OFFLINE_MALFORMED');
});

it.each<[string, string, (reader: CborReader) => unknown]>([
  ['more bytes than there are', '5affffffff00', (reader: CborReader) => reader.bytes()],
  ['a length of 64 bits', '5bffffffffffffffff', (reader: CborReader) => reader.bytes()],
  ['chunks', '5f4101ff', (reader: CborReader) => reader.bytes()],
  ['more items than there are bytes', '9b00000000ffffffff', (reader: CborReader) => reader.array()],
  ['an open array', '9f00ff', (reader: CborReader) => reader.array()],
])('refuses %s', (_, bytes, how) => {
  expect(refusal(() => read(bytes, how))).toBe('OFFLINE_MALFORMED');
});

it('writes nothing above 64 bits', () => {
  expect(refusal(() => new CborWriter().unsigned(2n ** 64n))).toBe('OFFLINE_MALFORMED');
});

it('long and short items are written in the same way', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (values) => {
      const writer = new CborWriter();
      for (const value of values) writer.bytes(value);
      const reader = new CborReader(writer.end());
      for (const value of values) expect(reader.bytes().equals(value)).toBe(true);
      reader.end();
    }),
  );
});
