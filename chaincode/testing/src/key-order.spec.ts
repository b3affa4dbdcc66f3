// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { SEED } from '../../../test/support/seeded';
import { compareKeys } from './key-order';

fc.configureGlobal({ seed: SEED });

const key = fc.string({ unit: 'binary', maxLength: 6 });

test('keys are ordered as their UTF-8 bytes', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});

test('characters beyond U+FFFF come last, unlike in JavaScript', () => {
  expect(compareKeys('\u{1F4B6}', '\uFF5E')).toBeGreaterThan(0);
  expect(['\uFF5E', '\u{1F4B6}'].sort()).toEqual(['\u{1F4B6}', '\uFF5E']);
});
