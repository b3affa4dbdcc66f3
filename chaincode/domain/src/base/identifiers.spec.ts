// SPDX-License-Identifier: Apache-2.0
// Which identifiers and basic values are accepted at the edge, and which are refused.
import fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { firstOf } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import {
  category,
  currency,
  deviceKey,
  digest,
  grams,
  identifier,
  isCategory,
  isGtin,
  place,
  positiveAmount,
  quantity,
} from './identifiers';

fc.configureGlobal({ seed: SEED });

const accepts = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

/** GS1's other description of the rule: weights 3 and 1 from the right, and the whole sum is a multiple of ten. */
const weighs = (text: string): boolean =>
  Array.from(text)
    .reverse()
    .reduce((sum, digit, index) => sum + Number(digit) * (index % 2 ? 3 : 1), 0) %
    10 ===
  0;

describe('GTIN-13', () => {
  it.each(['4006381333931', '5901234123457', '9780306406157', '0000000000000', '4000000000006'])(
    '%s has a right check digit',
    (text) => expect(isGtin(text)).toBe(true),
  );

  it.each([
    '4006381333932',
    '400638133393',
    '40063813339310',
    '400638133393X',
    '',
    ' 4006381333931',
    '4006381333931\n',
    '٤006381333931',
  ])('%j is refused', (text) => expect(isGtin(text)).toBe(false));

  it('has exactly one check digit, from the weighted sum', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{12}$/), (body) => {
        const right = Array.from('0123456789')
          .map((last) => body + last)
          .filter(isGtin);
        expect(right).toHaveLength(1);
        expect(weighs(firstOf(right))).toBe(true);
      }),
    );
  });

  it('notices every single wrong digit', () => {
    const position = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 9 }), (at, shift) => {
        const right = '4006381333931';
        const wrong = (Number(right[at]) + shift) % 10;
        expect(isGtin(`${right.slice(0, at)}${wrong}${right.slice(at + 1)}`)).toBe(false);
      }),
    );
  });
});

describe('UNSPSC', () => {
  it.each(['43211503', '43211500', '43000000', '10000000', '99999999'])('%s is a code', (text) => {
    expect(isCategory(text)).toBe(true);
    expect(accepts(category, text)).toBe(true);
  });

  it.each(['00211503', '4321150', '432115030', '4321150a', '', '43211503\n'])(
    '%j is refused',
    (text) => expect(isCategory(text)).toBe(false),
  );
});

describe('identifiers', () => {
  it.each(['a', '0', 'ORD-1001', 'merchant_1.shop', 'x'.repeat(64)])('%s is one', (text) => {
    expect(accepts(identifier, text)).toBe(true);
  });

  it.each([
    '',
    '-a',
    '.a',
    '_a',
    'a/b',
    'a~b',
    'a b',
    'a\0',
    'a\n',
    'ä',
    'x'.repeat(65),
    '..',
    '__proto__',
    1,
  ])('%j is none', (text) => expect(accepts(identifier, text)).toBe(false));

  it('never contain the separators of keys, at any position', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(
        part,
        fc.constantFrom('/', '~', '\0', ' ', '\n', ':'),
        part,
        (a, separator, b) => {
          expect(accepts(identifier, `a${a}${b}`)).toBe(true);
          expect(accepts(identifier, `a${a}${separator}${b}`)).toBe(false);
        },
      ),
    );
  });
});

describe('other shapes', () => {
  it.each([
    ['positive amount', positiveAmount, '1', '0'],
    ['currency', currency, 'EUR', 'DEM'],
    ['digest', digest, 'a'.repeat(64), 'A'.repeat(64)],
    ['digest, length', digest, '0'.repeat(64), '0'.repeat(63)],
    ['quantity, least', quantity, 1, 0],
    ['quantity, most', quantity, 1_000_000, 1_000_001],
    ['quantity, whole', quantity, 2, 2.5],
    ['quantity, a number', quantity, 2, '2'],
    ['grams, least', grams, 0, -1],
    ['grams, most', grams, 10_000_000, 10_000_001],
  ])('%s', (_, schema, good, bad) => {
    expect(accepts(schema, good)).toBe(true);
    expect(accepts(schema, bad)).toBe(false);
  });

  it.each([
    [{ latitude: 90_000_000, longitude: -180_000_000 }, true],
    [{ latitude: -90_000_000, longitude: 180_000_000 }, true],
    [{ latitude: 90_000_001, longitude: 0 }, false],
    [{ latitude: -90_000_001, longitude: 0 }, false],
    [{ latitude: 0, longitude: 180_000_001 }, false],
    [{ latitude: 0, longitude: -180_000_001 }, false],
    [{ latitude: 52.52, longitude: 13.4 }, false],
    [{ latitude: 0 }, false],
    [{ latitude: 0, longitude: 0, altitude: 0 }, false],
  ])('place %j: %s', (value, expected) => expect(accepts(place, value)).toBe(expected));

  it('device keys are only public keys on P-256', () => {
    const spki = (curve: string) =>
      generateKeyPairSync('ec', { namedCurve: curve })
        .publicKey.export({ type: 'spki', format: 'der' })
        .toString('base64');
    expect(accepts(deviceKey, spki('P-256'))).toBe(true);
    expect(accepts(deviceKey, spki('P-384'))).toBe(false);
    expect(accepts(deviceKey, spki('secp256k1'))).toBe(false);
    expect(accepts(deviceKey, '')).toBe(false);
    expect(accepts(deviceKey, 'x'.repeat(201))).toBe(false);
  });
});
