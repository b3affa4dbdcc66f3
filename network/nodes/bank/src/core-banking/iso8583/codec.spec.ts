// SPDX-License-Identifier: Apache-2.0
// Bytes of messages: against those of other programs, back and forth, and for whatever else may arrive.
import * as fc from 'fast-check';
import type { HostRequest } from '../requests/begin.js';
import {
  decodeMessage,
  encodeMessage,
  IsoFormatError,
  type BitmapForm,
  type IsoMessage,
} from './codec.js';
import { FIELD_NUMBERS, FIELDS, type FieldFormat, type FieldNumber } from './fields.js';
import { frame, FrameReader } from './frames.js';
import {
  answerType,
  cardMessage,
  networkMessage,
  referenceNumber,
  repetitionOf,
} from './messages.js';

const AT = Date.UTC(2026, 10, 29, 18, 5, 9);
const ACQUIRER = { institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' };

const request = (changes: Partial<HostRequest>): HostRequest => ({
  request_key: 'bank-1/issue/7',
  kind: 'authorise',
  digest: '',
  adapter: 'iso8583',
  token: 'tok-7f3a',
  currency: 'EUR',
  amount: '100000',
  authorisation: null,
  state: 'sent',
  attempt: 1,
  stan: '000042',
  undo_stan: null,
  rrn: referenceNumber(AT, '000042'),
  approval: null,
  sent_at: AT,
  reference: null,
  refusal: null,
  asked_at: AT,
  ended_at: null,
  ...changes,
});

const authorisation = request({ state: 'done', approval: 'A1B2C3' });
const release = request({
  request_key: 'bank-1/withdraw/3',
  kind: 'release',
  amount: '2500',
  authorisation: 'bank-1/issue/7',
  stan: '000044',
  rrn: referenceNumber(AT, '000044'),
});

const MESSAGES = {
  authorise: cardMessage(ACQUIRER, { kind: 'authorise', request: authorisation }),
  release: cardMessage(ACQUIRER, {
    kind: 'release',
    request: release,
    original: authorisation,
    remaining: '97500',
  }),
  echo: networkMessage('echo', '000001', AT),
};

/**
 * Written by pyiso8583 4.0.1 (its ASCII dialect). iso_8583 2.6.7 writes the same for those with a second bitmap in binary form; it cannot
 * leave out the second bitmap, nor write one in hex.
 */
const VECTORS: readonly (readonly [keyof typeof MESSAGES, BitmapForm, readonly string[]])[] = [
  [
    'authorise',
    'hex',
    [
      '3031303033323338303030313038433138303030303030303030303030303030313030303030313132393138',
      '30353039303030303432313830353039313132393035343030313236333333313830303030343242414e4b30',
      '3030314f46465041592d42414e4b202020203033323031303038746f6b2d37663361303230313462616e6b2d',
      '312f69737375652f37393738',
    ],
  ],
  [
    'authorise',
    'binary',
    [
      '303130303238000108c180003030303030303030303030303130303030303131323931383035303930303030',
      '3432313830353039313132393035343030313236333333313830303030343242414e4b303030314f46465041',
      '592d42414e4b202020203033323031303038746f6b2d37663361303230313462616e6b2d312f69737375652f',
      '37393738',
    ],
  ],
  [
    'release',
    'hex',
    [
      '3034323042323338303030313043433138303030303030303030343230303030303030303030303030303030',
      '3030303031303030303031313239313830353039303030303434313830353039313132393035343030313236',
      '333333313830303030343441314232433342414e4b303030314f46465041592d42414e4b2020202030333530',
      '31303038746f6b2d37663361303230313762616e6b2d312f77697468647261772f3339373830313030303030',
      '3034323131323931383035303930303030303034303031323030303030303030303030303030303030303937',
      '353030303030303030303030303030303030303030303030303030303030303030',
    ],
  ],
  [
    'release',
    'binary',
    [
      '30343230b23800010cc180000000004200000000303030303030303030303030313030303030313132393138',
      '3035303930303030343431383035303931313239303534303031323633333331383030303034344131423243',
      '3342414e4b303030314f46465041592d42414e4b202020203033353031303038746f6b2d3766336130323031',
      '3762616e6b2d312f77697468647261772f333937383031303030303030343231313239313830353039303030',
      '3030303430303132303030303030303030303030303030303030393735303030303030303030303030303030',
      '3030303030303030303030303030303030',
    ],
  ],
  [
    'echo',
    'hex',
    [
      '3038303038323230303030303030303030303030303430303030303030303030303030303131323931383035',
      '3039303030303031333031',
    ],
  ],
  [
    'echo',
    'binary',
    ['303830308220000000000000040000000000000031313239313830353039303030303031333031'],
  ],
];

test.each(VECTORS)('%s with a %s bitmap is the bytes of other programs', (name, form, parts) => {
  const hex = parts.join('');
  expect(encodeMessage(MESSAGES[name], form).toString('hex')).toBe(hex);
  expect(decodeMessage(Buffer.from(hex, 'hex'), form)).toEqual(MESSAGES[name]);
});

test('a message that was written by hand', () => {
  // 0810, fields 7, 11, 39 and 70: bits 1, 7, 11, 39 and 64 + 6.
  const bytes = Buffer.from(
    '0810' + '8220000002000000' + '0400000000000000' + '1129180509' + '000001' + '00' + '301',
  );
  expect(decodeMessage(bytes, 'hex')).toEqual({
    type: '0810',
    fields: { 7: '1129180509', 11: '000001', 39: '00', 70: '301' },
  });
});

test('types of answers and repetitions', () => {
  expect(['0100', '0220', '0221', '0420', '0421', '0800'].map(answerType)).toEqual([
    ...['0110', '0230', '0230', '0430', '0430', '0810'],
  ]);
  const repetition = repetitionOf(MESSAGES.release);
  expect(repetition).toEqual({ ...MESSAGES.release, type: '0421' });
});

test('the day of the year and the hour are in the reference number', () => {
  expect(referenceNumber(Date.UTC(2026, 0, 1), '000042')).toBe('600100000042');
  expect(referenceNumber(AT, '999999')).toBe('633318999999');
});

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

const ALPHABETS: Record<FieldFormat['content'], readonly string[]> = {
  n: ASCII.filter((letter) => /[0-9]/.test(letter)),
  an: ASCII.filter((letter) => /[0-9A-Za-z ]/.test(letter)),
  ans: ASCII,
};

const textOf = (number: FieldNumber) => {
  const { content, length, prefix }: FieldFormat = FIELDS[number];
  const unit = fc.constantFrom(...ALPHABETS[content]);
  return fc.string({ unit, minLength: prefix === 0 ? length : 0, maxLength: length });
};

const anyMessage: fc.Arbitrary<IsoMessage> = fc.record({
  type: fc.constantFrom('0100', '0110', '0221', '0430', '0810'),
  fields: fc.record(Object.fromEntries(FIELD_NUMBERS.map((number) => [number, textOf(number)])), {
    requiredKeys: [],
  }),
});

const form = fc.constantFrom('hex' as const, 'binary' as const);

test('every message that can be written is read as it was', () => {
  fc.assert(
    fc.property(anyMessage, form, (message, bitmap) => {
      const read = decodeMessage(encodeMessage(message, bitmap), bitmap);
      expect({ ...read }).toEqual({ ...message, fields: { ...message.fields } });
    }),
  );
});

/** @returns whether it was read, or refused by the codec's own error */
function survives(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    return error instanceof IsoFormatError;
  }
}

test('whatever else arrives is refused by the codec itself', () => {
  const damaged = fc
    .tuple(anyMessage, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
    .map(([message, changes, cut]) => {
      const bytes = encodeMessage(message, 'binary');
      for (const [at, value] of changes) bytes.writeUInt8(value, at % bytes.length);
      return bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
    });
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(damaged, noise), form, (bytes, bitmap) => {
      expect(survives(() => decodeMessage(bytes, bitmap))).toBe(true);
      expect(survives(() => new FrameReader(4096).push(bytes))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a card number in field 2', '0100' + '4000000000000000' + '164111111111111111', 'field 2'],
  ['track 2 in field 35', '0100' + '0000000020000000' + '014111', 'field 35'],
  ['a bitmap that is none', '0100' + 'x'.repeat(16), 'bitmap'],
  ['a length that is no number', '0100' + '0000000000010000' + 'x12', 'field 48'],
  ['a value that is cut off', '0100' + '2000000000000000' + '0000', 'field 3'],
  ['letters among digits', '0100' + '2000000000000000' + '0000x0', 'field 3'],
  ['bytes after the end', '0100' + '2000000000000000' + '0000000', 'end'],
  ['another version', '1100' + '2000000000000000' + '000000', 'type'],
  ['nothing', '', 'type'],
])('%s is refused, and the content is not quoted', (_what, text, place) => {
  const read = () => decodeMessage(Buffer.from(text), 'hex');
  expect(read).toThrow(IsoFormatError);
  expect(read).toThrow(`ISO 8583 message, ${place}: `);
  expect(read).not.toThrow('4111');
});

test.each([
  ['letters in an amount', { 4: '00000000x000' }],
  ['an amount that is too long', { 4: '1'.repeat(13) }],
  ['a token that is not ASCII', { 48: '01003töd' }],
  ['a field that is longer than its most', { 102: 'x'.repeat(29) }],
])('%s is not written', (_what, fields) => {
  expect(() => encodeMessage({ type: '0100', fields }, 'hex')).toThrow(IsoFormatError);
});

test('messages come out of a stream however it is cut', () => {
  const bodies = ['one', 'two', 'three'].map((text) => Buffer.from(text));
  const stream = Buffer.concat(bodies.map(frame));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 })), (cuts) => {
      const reader = new FrameReader(10);
      const read: Buffer[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        read.push(...reader.push(stream.subarray(at, at + cut)));
        at += cut;
      }
      expect(read.map(String)).toEqual(bodies.map(String));
    }),
  );
});

test.each([
  ['empty', [0, 0]],
  ['longer than allowed', [0, 11]],
])('a message that is %s ends the stream', (_what, header) => {
  expect(() => new FrameReader(10).push(Buffer.from(header))).toThrow(IsoFormatError);
});
