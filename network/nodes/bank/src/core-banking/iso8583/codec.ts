// SPDX-License-Identifier: Apache-2.0
// Messages of ISO 8583:1987 in ASCII: type (4 digits), bitmap (binary or hex), fields.
import { FIELD_NUMBERS, FIELDS, fits, isField, type FieldNumber } from './fields.js';

export type Fields = Readonly<Partial<Record<FieldNumber, string>>>;

export interface IsoMessage {
  /** Four digits: version 0, class, function, origin, such as `0100`. */
  readonly type: string;
  readonly fields: Fields;
}

/** How the host writes the bitmaps: 8 bytes each, or 16 hex digits. */
export type BitmapForm = 'binary' | 'hex';

/** What cannot be written, or was not written by this rule. Names the place and never the content. */
export class IsoFormatError extends Error {
  override readonly name = 'IsoFormatError';
  readonly code = 'ISO_FORMAT';

  constructor(place: string, reason: string) {
    super(`ISO 8583 message, ${place}: ${reason}. Compare the configuration with the host's.`);
  }
}

const TYPE = /^0[0-9]{3}$/;
const TYPE_LENGTH = 4;
const HALF = 64;
const BITMAP_BYTES = 8;

function encodeField(number: FieldNumber, text: string): string {
  if (!fits(number, text)) throw new IsoFormatError(`field ${number}`, 'the value does not fit');
  const { prefix } = FIELDS[number];
  return prefix === 0 ? text : text.length.toString().padStart(prefix, '0') + text;
}

function encodeBitmap(numbers: readonly number[], form: BitmapForm): Buffer {
  const hasSecond = numbers.some((number) => number > HALF);
  const bitmap = Buffer.alloc(hasSecond ? 2 * BITMAP_BYTES : BITMAP_BYTES);
  for (const number of hasSecond ? [1, ...numbers] : numbers) {
    const byte = (number - 1) >> 3;
    bitmap.writeUInt8(bitmap.readUInt8(byte) | (0x80 >> ((number - 1) & 7)), byte);
  }
  return form === 'binary' ? bitmap : Buffer.from(bitmap.toString('hex').toUpperCase(), 'latin1');
}

/** @throws {IsoFormatError} when a value does not fit its field. */
export function encodeMessage({ type, fields }: IsoMessage, form: BitmapForm): Buffer {
  if (!TYPE.test(type)) throw new IsoFormatError('type', 'it is not one of this version');
  const present = FIELD_NUMBERS.flatMap((number) => {
    const text = fields[number];
    return text === undefined ? [] : [{ number, text }];
  });
  const numbers = present.map(({ number }) => number);
  const body = present.map(({ number, text }) => encodeField(number, text)).join('');
  return Buffer.concat([
    Buffer.from(type, 'latin1'),
    encodeBitmap(numbers, form),
    Buffer.from(body, 'latin1'),
  ]);
}

/** Reads a message from its beginning to its end. */
class Reader {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  take(length: number, place: string): Buffer {
    const end = this.#at + length;
    if (end > this.bytes.length) throw new IsoFormatError(place, 'the message ends before it');
    const part = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  text(length: number, place: string): string {
    return this.take(length, place).toString('latin1');
  }
}

const HEX_BITMAP = /^[0-9A-Fa-f]{16}$/;

function readBitmap(reader: Reader, form: BitmapForm): Buffer {
  if (form === 'binary') return reader.take(BITMAP_BYTES, 'bitmap');
  const text = reader.text(2 * BITMAP_BYTES, 'bitmap');
  if (!HEX_BITMAP.test(text)) throw new IsoFormatError('bitmap', 'it is not hexadecimal');
  return Buffer.from(text, 'hex');
}

const bitsOf = (bitmap: Buffer, first: number): number[] =>
  Array.from({ length: HALF }, (_, index) => index).flatMap((index) =>
    (bitmap.readUInt8(index >> 3) & (0x80 >> (index & 7))) === 0 ? [] : [first + index],
  );

function readNumbers(reader: Reader, form: BitmapForm): readonly number[] {
  const [one, ...numbers] = bitsOf(readBitmap(reader, form), 1);
  if (one === undefined) return [];
  return one === 1
    ? [...numbers, ...bitsOf(readBitmap(reader, form), HALF + 1)]
    : [one, ...numbers];
}

const LENGTH = /^[0-9]+$/;

function readLength(reader: Reader, number: FieldNumber): number {
  const { prefix, length } = FIELDS[number];
  if (prefix === 0) return length;
  const text = reader.text(prefix, `field ${number}`);
  if (!LENGTH.test(text)) throw new IsoFormatError(`field ${number}`, 'its length is no number');
  return Number(text);
}

function readField(reader: Reader, number: FieldNumber): string {
  const text = reader.text(readLength(reader, number), `field ${number}`);
  if (!fits(number, text)) throw new IsoFormatError(`field ${number}`, 'the value does not fit');
  return text;
}

/** @throws {IsoFormatError} for everything that is not exactly one message, also for one with a field that is not known here. */
export function decodeMessage(bytes: Buffer, form: BitmapForm): IsoMessage {
  const reader = new Reader(bytes);
  const type = reader.text(TYPE_LENGTH, 'type');
  if (!TYPE.test(type)) throw new IsoFormatError('type', 'it is not one of this version');
  const fields: Partial<Record<FieldNumber, string>> = {};
  for (const number of readNumbers(reader, form)) {
    if (!isField(number)) throw new IsoFormatError(`field ${number}`, 'it is not expected here');
    fields[number] = readField(reader, number);
  }
  if (!reader.isAtEnd) throw new IsoFormatError('end', 'more follows');
  return { type, fields };
}
