// SPDX-License-Identifier: Apache-2.0
// Payloads as tables: each field has a codec, the order of the fields is their order in the array. A codec checks the
// same rule when it writes and when it reads, so that nobody can sign what nobody would accept.
import { ensure } from '../base/errors.js';
import { IDENTIFIER_PATTERN } from '../base/identifiers.js';
import { isAmountOf } from '../base/money.js';
import { cborArray, cborBytes, cborText, cborUnsigned, cborUtf8, CborReader } from './cbor.js';

export interface Codec<T> {
  write(value: T): Buffer;
  /** @throws {DomainError} OFFLINE_MALFORMED */
  read(reader: CborReader): T;
}

/** The codec with a rule that its values must satisfy. */
const ruled = <T>(codec: Codec<T>, rule: string, holds: (value: T) => boolean): Codec<T> => {
  const checked = (value: T): T => {
    ensure(holds(value), 'OFFLINE_MALFORMED', { reason: rule });
    return value;
  };
  return {
    write: (value) => codec.write(checked(value)),
    read: (reader) => checked(codec.read(reader)),
  };
};

const anyUnsigned: Codec<bigint> = { write: cborUnsigned, read: (reader) => reader.unsigned() };
const anyText: Codec<string> = { write: cborText, read: (reader) => reader.text() };
const anyBytes: Codec<Uint8Array> = { write: cborBytes, read: (reader) => reader.bytes() };

/** Whole numbers from one bound to the other, both included. */
export const integer = (from: number, to: number): Codec<number> =>
  ruled(
    {
      write: (value) => {
        ensure(Number.isSafeInteger(value) && value >= 0, 'OFFLINE_MALFORMED', {
          reason: 'no whole number',
        });
        return cborUnsigned(value);
      },
      read: (reader) => Number(reader.unsigned()),
    },
    `not within ${from} and ${to}`,
    (value) => value >= from && value <= to,
  );

export const bytes = (length: number): Codec<Uint8Array> =>
  ruled(anyBytes, `not ${length} bytes`, (value) => value.length === length);

export const text = (pattern: RegExp): Codec<string> =>
  ruled(anyText, 'text of another form', (value) => pattern.test(value));

const anyUtf8: Codec<string> = { write: cborUtf8, read: (reader) => reader.utf8() };

/** Letters, marks, digits, punctuation and symbols with single spaces between: nothing that cannot be seen, or turns text round. */
const VISIBLE =
  /^[\p{L}\p{N}\p{P}\p{S}][\p{L}\p{M}\p{N}\p{P}\p{S}]*( [\p{L}\p{N}\p{P}\p{S}][\p{L}\p{M}\p{N}\p{P}\p{S}]*)*$/u;

/** A name for people to read, in Normalization Form C. @param most bytes of UTF-8 */
export const displayName = (most: number): Codec<string> =>
  ruled(
    anyUtf8,
    'no name',
    (value) =>
      VISIBLE.test(value) && value.normalize('NFC') === value && Buffer.byteLength(value) <= most,
  );

/** Money that may be nothing. */
export const money = ruled(anyUnsigned, 'no amount', isAmountOf);
export const positiveMoney = ruled(money, 'no money', (value) => value > 0n);
export const identifier = text(IDENTIFIER_PATTERN);
export const channelName = text(/^[a-z][a-z0-9.-]{0,248}$/);
export const currency = text(/^[A-Z]{3}$/);
export const digest = bytes(32);
export const number32 = integer(0, 4_294_967_295);
/** Eight digits, as epochs have in keys. */
export const epoch = integer(0, 99_999_999);
export const instant = integer(0, 8_640_000_000_000);
export const seconds = integer(0, 8_640_000_000);

/** @param most the longest list that is read */
export const list = <T>(item: Codec<T>, most: number): Codec<readonly T[]> => ({
  write: (values) => {
    ensure(values.length <= most, 'OFFLINE_MALFORMED', { reason: 'too many items' });
    return cborArray(values.map((value) => item.write(value)));
  },
  read: (reader) => {
    const length = reader.array();
    ensure(length <= most, 'OFFLINE_MALFORMED', { reason: 'too many items' });
    return Array.from({ length }, () => item.read(reader));
  },
});

export type Fields<T> = { readonly [Name in keyof T]-?: Codec<T[Name]> };

/** An array with one item a field, after the constant items of `lead`. */
export function record<T extends object>(
  fields: Fields<T>,
  lead: readonly number[] = [],
): Codec<T> {
  const entries = Object.entries(fields) as [keyof T, Codec<T[keyof T]>][];
  const start = lead.map((item) => cborUnsigned(item));
  return {
    write: (value) =>
      cborArray([...start, ...entries.map(([name, codec]) => codec.write(value[name]))]),
    read: (reader) => {
      const items = reader.array();
      ensure(items === start.length + entries.length, 'OFFLINE_MALFORMED', {
        reason: 'another number of fields',
      });
      for (const item of lead)
        ensure(reader.unsigned() === BigInt(item), 'OFFLINE_MALFORMED', {
          reason: 'another version or kind',
        });
      const read: Partial<T> = {};
      for (const [name, codec] of entries) read[name] = codec.read(reader);
      return read as T;
    },
  };
}

/** The payload of a version: the first item of its array is the version's number. */
export const versioned = <T extends object>(
  version: number,
  fields: Fields<T>,
  rule = '',
  holds: (value: T) => boolean = () => true,
): Codec<T> => ruled(record(fields, [version]), rule, holds);

/** Reads a whole payload. @throws {DomainError} OFFLINE_MALFORMED for anything but its one canonical form. */
export function decodeWith<T>(codec: Codec<T>, payload: Uint8Array): T {
  const reader = new CborReader(payload);
  const value = codec.read(reader);
  reader.end();
  return value;
}
