// SPDX-License-Identifier: Apache-2.0
// Texts in the alphabets of SMS (3GPP TS 23.038): GSM 03.38 where every character is in it, else UCS-2; in parts when they are long.

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

const ESCAPE = 0x1b;

/** After {@link ESCAPE}. */
const EXTENSION: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};

/** `data_coding` of SMPP 3.4, 5.2.19: the SMSC's default alphabet, and UCS-2. */
export const DATA_CODING = { gsm: 0, ucs2: 8 } as const;

export type Alphabet = keyof typeof DATA_CODING;

/** Octets of a text alone, and of each part of several: a header of 6 octets takes 7 of the 160 letters of 7 bits. */
const ROOM: Readonly<Record<Alphabet, { readonly alone: number; readonly part: number }>> = {
  gsm: { alone: 160, part: 153 },
  ucs2: { alone: 140, part: 134 },
};

/** @returns the octets of a character, or undefined when the alphabet has no such character. */
function gsmOctets(character: string): readonly number[] | undefined {
  const extended = EXTENSION[character];
  if (extended !== undefined) return [ESCAPE, extended];
  const octet = BASIC.indexOf(character);
  return octet === -1 || octet === ESCAPE ? undefined : [octet];
}

const ucs2Octets = (character: string): readonly number[] => [
  ...Buffer.from(character, 'utf16le').swap16(),
];

const octetsOf: Readonly<Record<Alphabet, (character: string) => readonly number[] | undefined>> = {
  gsm: gsmOctets,
  ucs2: ucs2Octets,
};

/** Fills parts up to the room; what belongs together (an escaped character, a surrogate pair) stays in one. */
function fill(characters: readonly (readonly number[])[], room: number): Buffer[] {
  const parts: number[][] = [[]];
  for (const octets of characters) {
    const last = parts.at(-1) ?? [];
    if (last.length + octets.length > room) parts.push([...octets]);
    else last.push(...octets);
  }
  return parts.map((octets) => Buffer.from(octets));
}

export interface EncodedText {
  readonly dataCoding: number;
  /** At least one; not yet with headers. */
  readonly parts: readonly Buffer[];
}

/** @param preferred `ucs2`: never the default alphabet */
export function encodeText(text: string, preferred: Alphabet): EncodedText {
  const characters = Array.from(text);
  const fits = preferred === 'gsm' && characters.every((one) => gsmOctets(one) !== undefined);
  const alphabet: Alphabet = fits ? 'gsm' : 'ucs2';
  const octets = characters.map((one) => octetsOf[alphabet](one) ?? []);
  const { alone, part } = ROOM[alphabet];
  const whole = fill(octets, alone);
  return {
    dataCoding: DATA_CODING[alphabet],
    parts: whole.length === 1 ? whole : fill(octets, part),
  };
}

/** 3GPP TS 23.040, 9.2.3.24.1: concatenated short messages, reference of 8 bits. */
export const partHeader = (reference: number, of: number, part: number): Buffer =>
  Buffer.from([5, 0, 3, reference & 0xff, of, part]);
