// SPDX-License-Identifier: Apache-2.0
// Payloads as tables: each field has a codec, and the order of the fields is their order in the array. A codec checks the
// same rules on writing and on reading, so nobody can sign an object that nobody would accept.
import { ensure } from '../base/errors.js';
import { IDENTIFIER_PATTERN } from '../base/identifiers.js';
import { keysOf } from '../base/keys-of.js';
import { isAmountOf } from '../base/money.js';
import { CborReader, CborWriter } from './cbor.js';

export interface Codec<T> {
  /** @throws {DomainError} OFFLINE_MALFORMED */
  write(writer: CborWriter, value: T): void;
  /** @throws {DomainError} OFFLINE_MALFORMED */
  read(reader: CborReader): T;
}

/** A codec with one more rule for its values. */
const ruled = <T>(codec: Codec<T>, rule: string, holds: (value: T) => boolean): Codec<T> => {
  const checked = (value: T): T => {
    ensure(holds(value), 'OFFLINE_MALFORMED', { reason: rule });
    return value;
  };
  return {
    write: (writer, value) => codec.write(writer, checked(value)),
    read: (reader) => checked(codec.read(reader)),
  };
};

const anyUnsigned: Codec<bigint> = {
  write: (writer, value) => void writer.unsigned(value),
  read: (reader) => reader.unsigned(),
};
const anyText: Codec<string> = {
  write: (writer, value) => void writer.text(value),
  read: (reader) => reader.text(),
};
const anyBytes: Codec<Uint8Array> = {
  write: (writer, value) => void writer.bytes(value),
  read: (reader) => reader.bytes(),
};

/** Whole numbers between two bounds, both included. */
export const integer = (from: number, to: number): Codec<number> =>
  ruled(
    {
      write: (writer, value) => {
        ensure(Number.isSafeInteger(value) && value >= 0, 'OFFLINE_MALFORMED', {
          reason: 'no whole number',
        });
        writer.unsigned(value);
      },
      read: (reader) => reader.integer(),
    },
    `not within ${from} and ${to}`,
    (value) => value >= from && value <= to,
  );

export const bytes = (length: number): Codec<Uint8Array> =>
  ruled(anyBytes, `not ${length} bytes`, (value) => value.length === length);

export const text = (pattern: RegExp): Codec<string> =>
  ruled(anyText, 'text of another form', (value) => pattern.test(value));

const anyUtf8: Codec<string> = {
  write: (writer, value) => void writer.utf8(value),
  read: (reader) => reader.utf8(),
};

/**
 * Letters, marks, digits, punctuation and symbols with single spaces between them. No invisible characters, and none that
 * reverse text.
 */
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

/** Money, zero allowed. */
export const money = ruled(anyUnsigned, 'no amount', isAmountOf);
export const positiveMoney = ruled(money, 'no money', (value) => value > 0n);
export const identifier = text(IDENTIFIER_PATTERN);
export const channelName = text(/^[a-z][a-z0-9.-]{0,248}$/);
export const currency = text(/^[A-Z]{3}$/);
export const digest = bytes(32);
export const number32 = integer(0, 4_294_967_295);
/** At most eight digits, as in keys. */
export const epoch = integer(0, 99_999_999);
export const instant = integer(0, 8_640_000_000_000);
export const seconds = integer(0, 8_640_000_000);

/** @param most the most items that it accepts */
export const list = <T>(item: Codec<T>, most: number): Codec<readonly T[]> => ({
  write: (writer, values) => {
    ensure(values.length <= most, 'OFFLINE_MALFORMED', { reason: 'too many items' });
    writer.array(values.length);
    for (const value of values) item.write(writer, value);
  },
  read: (reader) => {
    const length = reader.array();
    ensure(length <= most, 'OFFLINE_MALFORMED', { reason: 'too many items' });
    return Array.from({ length }, () => item.read(reader));
  },
});

export type Fields<T> = { readonly [Name in keyof T]-?: Codec<T[Name]> };

/** An array with one item per field, after the constant items of `lead`. */
export function record<T extends object>(
  fields: Fields<T>,
  lead: readonly number[] = [],
): Codec<T> {
  const entries = keysOf(fields).map((name) => ({ name, codec: fields[name] }));
  const count = lead.length + entries.length;
  return {
    write: (writer, value) => {
      writer.array(count);
      for (const item of lead) writer.unsigned(item);
      for (const { name, codec } of entries) codec.write(writer, value[name]);
    },
    read: (reader) => {
      const items = reader.array();
      ensure(items === count, 'OFFLINE_MALFORMED', {
        reason: 'another number of fields',
      });
      for (const item of lead)
        ensure(reader.integer() === item, 'OFFLINE_MALFORMED', {
          reason: 'another version or kind',
        });
      const read: Partial<T> = {};
      for (const { name, codec } of entries) read[name] = codec.read(reader);
      return read as T;
    },
  };
}

/** A payload with a version. The first item of its array is the version number. */
export const versioned = <T extends object>(
  version: number,
  fields: Fields<T>,
  rule = '',
  holds: (value: T) => boolean = () => true,
): Codec<T> => ruled(record(fields, [version]), rule, holds);

/** Writes a whole payload. @throws {DomainError} OFFLINE_MALFORMED for values that break the codec's rules. */
export function encodeWith<T>(codec: Codec<T>, value: T): Buffer {
  const writer = new CborWriter();
  codec.write(writer, value);
  return writer.end();
}

/** Reads a whole payload. @throws {DomainError} OFFLINE_MALFORMED for anything but its one canonical form. */
export function decodeWith<T>(codec: Codec<T>, payload: Uint8Array): T {
  const reader = new CborReader(payload);
  const value = codec.read(reader);
  reader.end();
  return value;
}
