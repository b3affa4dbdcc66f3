// SPDX-License-Identifier: Apache-2.0
// What leaves in octets must be read as the same text by others: here by the decoder of the package `smpp`.
import { decodeGsm } from '../../testing/message-hosts/smsc.js';
import { DATA_CODING, encodeText, partHeader } from './alphabet.js';

const decode = ({ dataCoding, parts }: ReturnType<typeof encodeText>): string =>
  parts
    .map((part) =>
      dataCoding === DATA_CODING.gsm
        ? decodeGsm(part)
        : Buffer.from(part).swap16().toString('utf16le'),
    )
    .join('');

const ALL_GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€';

it('writes every character of the default alphabet, and two octets for those of its extension', () => {
  const encoded = encodeText(ALL_GSM, 'gsm');
  expect(encoded.dataCoding).toBe(DATA_CODING.gsm);
  expect(encoded.parts).toHaveLength(1);
  expect(encoded.parts[0]).toHaveLength(127 + 2 * 9);
  expect(decode(encoded)).toBe(ALL_GSM);
});

it.each([
  ['160 letters', 'a'.repeat(160), 'gsm', [160]],
  ['161 letters', 'a'.repeat(161), 'gsm', [153, 8]],
  ['an escaped character at the edge', `${'a'.repeat(152)}€${'a'.repeat(20)}`, 'gsm', [152, 22]],
  ['70 Chinese characters', '银'.repeat(70), 'gsm', [140]],
  ['71 Chinese characters', '银'.repeat(71), 'gsm', [134, 8]],
  ['a surrogate pair at the edge', `${'银'.repeat(66)}😀${'银'.repeat(9)}`, 'gsm', [132, 22]],
  ['letters where the default alphabet is another', 'abc', 'ucs2', [6]],
] as const)('cuts %s where both halves stay whole', (_what, text, alphabet, lengths) => {
  const encoded = encodeText(text, alphabet);
  expect(encoded.parts.map(({ length }) => length)).toEqual(lengths);
  expect(decode(encoded)).toBe(text);
});

it('writes the header of concatenated messages', () => {
  expect(partHeader(0x1ff, 3, 2)).toEqual(Buffer.from('050003ff0302', 'hex'));
});
