// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { SEED } from '../../../../../test/support/seeded.js';
import { StateDigest, type StateRow } from './state-digest.js';

fc.configureGlobal({ seed: SEED });

const bytes = fc.uint8Array({ maxLength: 40 });
const row: fc.Arbitrary<StateRow> = fc.record({
  namespace: fc.string({ maxLength: 8 }),
  key: bytes,
  value: bytes,
  block: fc.nat(),
  tx: fc.nat(1000),
});

const digestOf = (rows: readonly StateRow[]): string => {
  const digest = new StateDigest();
  for (const each of rows) digest.add(each);
  return digest.hex();
};

const ROW: StateRow = {
  namespace: 'offline-pay',
  key: Buffer.from('order/m/1'),
  value: Buffer.from('{}'),
  block: 7,
  tx: 2,
};

test('the order in which rows came leaves no trace, nor do rows that went', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.array(row, { maxLength: 4 }), (rows, gone) => {
      const digest = new StateDigest();
      for (const each of [...gone, ...rows]) digest.add(each);
      const kept = new StateDigest(digest.bytes());
      for (const each of gone) kept.remove(each);
      expect(kept.hex()).toBe(digestOf([...rows].reverse()));
    }),
  );
});

test.each([
  ['namespace', { namespace: 'offline-pa' }],
  ['key', { key: Buffer.from('order/m/2') }],
  ['value', { value: Buffer.from('{ }') }],
  ['block', { block: 8 }],
  ['place in the block', { tx: 3 }],
  ['the parts, cut elsewhere', { namespace: 'offline-payo', key: Buffer.from('rder/m/1') }],
])('another %s gives another digest', (_, change) => {
  expect(digestOf([{ ...ROW, ...change }])).not.toBe(digestOf([ROW]));
});

test('is the same everywhere', () => {
  expect([digestOf([]), digestOf([ROW])]).toMatchInlineSnapshot(`
    [
      "e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad",
      "cbfc1831c7d758818c8bd82199ef68c431b807ba5c9fb97bc5a6aac7c84f4526",
    ]
  `);
});
