// SPDX-License-Identifier: Apache-2.0
// The search for personal data must find it wherever it stands.
import { createHash } from 'node:crypto';
import { canary, Search } from '../support/canaries.js';

test.each([0, 1, 1000, 4093])(
  'finds a text at offset %i, in every form, and nothing else',
  (offset) => {
    const search = new Search([
      { name: 'phone', forms: [Buffer.from('+4930123456')] },
      { name: 'name', forms: [Buffer.from('Erika'), Buffer.from('ffeedd', 'hex')] },
    ]);
    const haystack = Buffer.alloc(offset + 11, 0x2b);
    expect(search.in(haystack)).toEqual([]);
    haystack.write('+4930123456', offset);
    expect(search.in(haystack)).toEqual(['phone']);
    expect(search.in(Buffer.concat([haystack, Buffer.from('ffeedd', 'hex')]))).toEqual([
      'phone',
      'name',
    ]);
    expect(search.in(haystack.subarray(0, -1))).toEqual([]);
  },
);

describe.each(['Lena Brandt', '林小满', '+491713920001', 'kunde"5680@example.org'])(
  '%s',
  (text) => {
    const search = new Search([canary('it', text)]);
    const bytes = Buffer.from(text);
    const hash = createHash('sha256').update(text).digest();
    const inBase64 = (before: number) =>
      Buffer.concat([Buffer.alloc(before, '{'), bytes, Buffer.from('}')]).toString('base64');
    test.each<readonly [string, string | Buffer]>([
      ['as it is', text],
      ['in JSON', JSON.stringify({ x: text })],
      ['in a URL', `/customers?name=${encodeURIComponent(text)}&x`],
      [
        'escaped',
        JSON.stringify(text).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`),
      ],
      ['in hex', `0x${bytes.toString('hex')}`],
      ['in capital hex', bytes.toString('hex').toUpperCase()],
      ['in base64', inBase64(0)],
      ['in base64 after a byte', inBase64(1)],
      ['in base64 after two bytes', inBase64(2)],
      [
        'in base64 for URLs after seven bytes',
        Buffer.from(inBase64(7), 'base64').toString('base64url'),
      ],
      ['as a hash', hash],
      ['as a hash in hex', hash.toString('hex')],
      ['as a hash in base64', hash.toString('base64')],
      ['as a hash in base64 for URLs', hash.toString('base64url')],
    ])('is found %s', (_, haystack) => {
      expect(search.in(Buffer.from(haystack as string))).toEqual(['it']);
      expect(search.in(Buffer.from('nothing of it, Lena, +4917139, kunde'))).toEqual([]);
    });
  },
);
