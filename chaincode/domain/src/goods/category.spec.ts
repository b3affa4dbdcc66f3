// SPDX-License-Identifier: Apache-2.0
// UNSPSC's four levels: what an allowed code covers and what it does not cover.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { categoryCovers, isCategoryAllowed } from './category';

fc.configureGlobal({ seed: SEED });

const EXACT = '43211503';

describe('an allowed code covers', () => {
  it.each([EXACT, '43211500', '43210000', '43000000'])('the level above: %s', (allowed) => {
    expect(categoryCovers(allowed, EXACT)).toBe(true);
  });

  it.each(['43211504', '43211600', '43220000', '44000000', '43211003', '4321', ''])(
    'no other branch: %j',
    (allowed) => expect(categoryCovers(allowed, EXACT)).toBe(false),
  );

  it('nothing above itself', () => {
    expect(categoryCovers(EXACT, '43211500')).toBe(false);
    expect(categoryCovers('43210000', '43000000')).toBe(false);
  });

  it('a pair of zeros in the middle is a pair like any other', () => {
    expect(categoryCovers('43000000', '43000001')).toBe(true);
    expect(categoryCovers('43000001', '43000001')).toBe(true);
    expect(categoryCovers('43210000', '43000001')).toBe(false);
  });

  it('exactly its own subtree', () => {
    const pair = fc.stringMatching(/^[1-9][0-9]$/);
    fc.assert(
      fc.property(
        fc.tuple(pair, pair, pair, pair),
        fc.integer({ min: 1, max: 4 }),
        (pairs, depth) => {
          const code = pairs.join('');
          const allowed = pairs.slice(0, depth).join('').padEnd(8, '0');
          const sibling = (Number(allowed.slice(0, depth * 2)) ^ 1).toString();
          expect(categoryCovers(allowed, code)).toBe(true);
          expect(categoryCovers(sibling.padStart(depth * 2, '0').padEnd(8, '0'), code)).toBe(false);
        },
      ),
    );
  });
});

it('one allowed code is enough, and an empty list allows nothing', () => {
  expect(isCategoryAllowed(['10000000', '43210000'], EXACT)).toBe(true);
  expect(isCategoryAllowed(['10000000', '43220000'], EXACT)).toBe(false);
  expect(isCategoryAllowed([], EXACT)).toBe(false);
});
