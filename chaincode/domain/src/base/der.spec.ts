// SPDX-License-Identifier: Apache-2.0
// The DER reader: any bytes give elements or a refusal.
import * as fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { derElements, derInside } from './der';

fc.configureGlobal({ seed: SEED });

const bytes = (...values: number[]): Buffer => Buffer.from(values);

test('reads elements in order, with the elements inside them', () => {
  const found = derElements(bytes(0x30, 3, 0x02, 1, 7, 0x04, 0));
  expect(found.map(({ tag }) => tag)).toEqual([0x30, 0x04]);
  expect(derInside(found[0]).map(({ body }) => [...body])).toEqual([[7]]);
  expect(derInside(undefined)).toEqual([]);
});

test.each([0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000])(
  'a body of %i bytes has one length',
  (size) => {
    const head =
      size < 0x80
        ? [size]
        : size < 0x100
          ? [0x81, size]
          : size < 0x10000
            ? [0x82, size >> 8, size & 0xff]
            : [0x83, size >> 16, (size >> 8) & 0xff, size & 0xff];
    const [element] = derElements(Buffer.concat([bytes(0x04, ...head), Buffer.alloc(size)]));
    expect(element?.body).toHaveLength(size);
  },
);

test.each([
  ['a tag alone', [0x30]],
  ['a body cut short', [0x04, 2, 1]],
  ['a length cut short', [0x04, 0x82, 1]],
  ['an indefinite length', [0x30, 0x80, 0, 0]],
  ['a length of five bytes', [0x04, 0x85, 0, 0, 0, 0, 1, 1]],
  ['a length of 127 bytes', [0x04, 0xff, ...Array<number>(127).fill(0xff)]],
  ['a length far beyond the bytes', [0x04, 0x84, 0xff, 0xff, 0xff, 0xff]],
  ['a short length in the long form', [0x04, 0x81, 1, 1]],
  ['a length with a zero before it', [0x04, 0x82, 0, 0x80, ...Array<number>(0x80).fill(0)]],
  ['a tag of two bytes', [0x1f, 0x01, 1]],
])('%s is refused', (_, values) => {
  expect(() => derElements(bytes(...values))).toThrow(RangeError);
});

test('reads any bytes completely or refuses them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (values) => {
      const all = Buffer.from(values);
      try {
        const found = derElements(all);
        expect(Buffer.concat(found.map(({ whole }) => whole)).equals(all)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2_000 },
  );
});
