// SPDX-License-Identifier: Apache-2.0
// The search for personal data must find it wherever it stands.
import { Search } from '../support/canaries.js';

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
