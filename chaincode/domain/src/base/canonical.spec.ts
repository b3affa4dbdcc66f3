// SPDX-License-Identifier: Apache-2.0
// Tests the canonical encoding with RFC 8785's own examples, and digests with FIPS 180 test vectors.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { byCodeUnit, canonicalJson, digestOf, sha256Hex } from './canonical';

fc.configureGlobal({ seed: SEED });

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The same data with the keys of every object in the opposite order of insertion. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reversed);
  const entries = Object.entries(value).map(([key, entry]) => [key, reversed(entry)] as const);
  return Object.fromEntries(entries.reverse());
}

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);

describe('canonical JSON', () => {
  it('writes numbers as RFC 8785 §3.2.2.3 does', () => {
    expect(canonicalJson([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('sorts keys by UTF-16 code unit as RFC 8785 §3.2.3 does', () => {
    const keys = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(canonicalJson(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('sorts keys that look like numbers as text', () => {
    expect(canonicalJson({ 10: 'b', 9: 'a' })).toBe('{"10":"b","9":"a"}');
  });

  it('escapes only what must be escaped', () => {
    expect(canonicalJson('€$\u000f\nA\'B"\\/')).toBe('"€$\\u000f\\nA\'B\\"\\\\/"');
  });

  it('keeps the order of arrays and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [2, 1], a: undefined })).toBe('{"b":[2,1]}');
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n]])('refuses %p', (value) => {
    expect(() => canonicalJson({ value })).toThrow();
  });

  it('does not depend on the order in which keys were written, and loses nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(digestOf(reversed(value))).toBe(digestOf(value));
      }),
    );
  });
});

describe('digests', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j is SHA-256', (text, expected) => {
    expect(sha256Hex(text)).toBe(expected);
    expect(sha256Hex(Buffer.from(text))).toBe(expected);
  });

  it('are of UTF-8 bytes', () => {
    expect(sha256Hex('€')).toBe(sha256Hex(Uint8Array.of(0xe2, 0x82, 0xac)));
  });

  it('are of the canonical form', () => {
    expect(digestOf({ b: 1, a: 2 })).toBe(sha256Hex('{"a":2,"b":1}'));
    expect(digestOf('1')).not.toBe(digestOf(1));
  });
});

it('orders text by code unit in every locale', () => {
  expect(['ä', 'z', 'a', 'Z', 'B', 'b'].sort(byCodeUnit)).toEqual(['B', 'Z', 'a', 'b', 'z', 'ä']);
  expect(byCodeUnit('a', 'a')).toBe(0);
});
