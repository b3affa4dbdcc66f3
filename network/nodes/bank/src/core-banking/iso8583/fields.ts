// SPDX-License-Identifier: Apache-2.0
// The fields of ISO 8583:1987 that go to and come from a card host, as data. None of them can hold a card number: fields 2, 14, 35, 36, 45,
// 52 and 55 are missing on purpose, so that a message with one of them is refused before anything reads it.

/** `n`: digits. `an`: letters, digits, blanks. `ans`: printable ASCII. */
type Content = 'n' | 'an' | 'ans';

export interface FieldFormat {
  readonly name: string;
  readonly content: Content;
  /** Exact for a fixed length, otherwise the most. */
  readonly length: number;
  /** How many digits before the content say how long it is; 0 for a fixed length. */
  readonly prefix: 0 | 2 | 3;
}

const fixed = (content: Content, length: number, name: string): FieldFormat => ({
  name,
  content,
  length,
  prefix: 0,
});

const upTo = (content: Content, length: number, name: string): FieldFormat => ({
  name,
  content,
  length,
  prefix: length > 99 ? 3 : 2,
});

export const FIELDS = {
  3: fixed('n', 6, 'processing code'),
  4: fixed('n', 12, 'amount, transaction'),
  7: fixed('n', 10, 'transmission date and time'),
  11: fixed('n', 6, 'systems trace audit number'),
  12: fixed('n', 6, 'time, local transaction'),
  13: fixed('n', 4, 'date, local transaction'),
  15: fixed('n', 4, 'date, settlement'),
  18: fixed('n', 4, 'merchant type'),
  22: fixed('n', 3, 'point of service entry mode'),
  25: fixed('n', 2, 'point of service condition code'),
  32: upTo('n', 11, 'acquiring institution identification code'),
  33: upTo('n', 11, 'forwarding institution identification code'),
  37: fixed('an', 12, 'retrieval reference number'),
  38: fixed('an', 6, 'authorisation identification response'),
  39: fixed('an', 2, 'response code'),
  41: fixed('ans', 8, 'card acceptor terminal identification'),
  42: fixed('ans', 15, 'card acceptor identification code'),
  43: fixed('ans', 40, 'card acceptor name and location'),
  44: upTo('ans', 25, 'additional response data'),
  48: upTo('ans', 999, 'additional data, private'),
  49: fixed('an', 3, 'currency code, transaction'),
  54: upTo('an', 120, 'additional amounts'),
  60: upTo('ans', 999, 'reserved, national'),
  61: upTo('ans', 999, 'reserved, national'),
  62: upTo('ans', 999, 'reserved, private'),
  63: upTo('ans', 999, 'reserved, private'),
  70: fixed('n', 3, 'network management information code'),
  90: fixed('n', 42, 'original data elements'),
  95: fixed('an', 42, 'replacement amounts'),
  100: upTo('n', 11, 'receiving institution identification code'),
  102: upTo('ans', 28, 'account identification 1'),
  103: upTo('ans', 28, 'account identification 2'),
} as const satisfies Record<number, FieldFormat>;

export type FieldNumber = keyof typeof FIELDS;

export const isField = (number: number): number is FieldNumber => Object.hasOwn(FIELDS, number);

/** In the order in which they stand in a message. */
export const FIELD_NUMBERS: readonly FieldNumber[] = Object.keys(FIELDS)
  .map(Number)
  .filter(isField)
  .sort((a, b) => a - b);

const PATTERNS: Record<Content, RegExp> = {
  n: /^[0-9]*$/,
  an: /^[A-Za-z0-9 ]*$/,
  ans: /^[\x20-\x7e]*$/,
};

/** @returns whether the text may stand in the field */
export function fits(number: FieldNumber, text: string): boolean {
  const { content, length, prefix }: FieldFormat = FIELDS[number];
  return (
    PATTERNS[content].test(text) && (prefix === 0 ? text.length === length : text.length <= length)
  );
}
