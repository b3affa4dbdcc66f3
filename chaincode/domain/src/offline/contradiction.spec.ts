// SPDX-License-Identifier: Apache-2.0
// Which pairs of vouchers convict a device, and that comparing the neighbours is enough.
import fc from 'fast-check';
import { itemAt } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import type { CounterEntry } from '../ledger/offline-rows';
import { contradictionOf, findContradiction } from './contradiction';
import { isRemembered, withEntry } from './counter-entry';

fc.configureGlobal({ seed: SEED });

const entry = (
  counter: number,
  cumulative: number,
  amount: number,
  digest = `digest-${counter}`,
  previous = `digest-${counter - 1}`,
): CounterEntry => ({
  counter,
  digest,
  previous,
  cumulative: String(cumulative),
  amount: String(amount),
});

it.each<[string, CounterEntry, CounterEntry, string | undefined]>([
  ['the same voucher twice', entry(3, 30, 10), entry(3, 30, 10), undefined],
  ['one counter for two vouchers', entry(3, 30, 10), entry(3, 30, 10, 'other'), 'sameCounter'],
  ['neighbours that are chained', entry(3, 30, 10), entry(4, 40, 10), undefined],
  ['neighbours that are not', entry(3, 30, 10), entry(4, 40, 10, 'd', 'other'), 'previousHash'],
  ['a sum that just fits', entry(3, 30, 10), entry(5, 40, 10), undefined],
  ['a sum that forgets one unit', entry(3, 30, 10), entry(5, 39, 10), 'cumulative'],
  ['chained neighbours whose sum forgets', entry(3, 30, 10), entry(4, 39, 10), 'cumulative'],
  ['a gap with money in it', entry(3, 30, 10), entry(9, 500, 10), undefined],
])('%s', (_, a, b, expected) => {
  expect(contradictionOf(a, b)).toBe(expected);
  expect(contradictionOf(b, a)).toBe(expected);
});

/** All vouchers that could have been signed: two for each counter, each following one of the two previous ones. */
const universes = fc
  .array(
    fc.record({
      cumulative: fc.integer({ min: 1, max: 60 }),
      amount: fc.integer({ min: 1, max: 20 }),
      after: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 24, maxLength: 24 },
  )
  .map((drawn) =>
    drawn.map(({ cumulative, amount, after }, index) => {
      const counter = (index >> 1) + 1;
      const digest = `${counter}-${index & 1}`;
      const sum = cumulative + counter * 4;
      return entry(counter, sum, Math.min(amount, sum), digest, `${counter - 1}-${after}`);
    }),
  );

/** Keeps each voucher that does not contradict an earlier kept one. */
const consistent = (candidates: readonly CounterEntry[]): readonly CounterEntry[] =>
  candidates.reduce<readonly CounterEntry[]>((kept, candidate) => {
    const fits = kept.every((other) => contradictionOf(other, candidate) === undefined);
    return fits && !isRemembered(kept, candidate) ? withEntry(kept, candidate) : kept;
  }, []);

it('the neighbours give the same answer as all vouchers', () => {
  const seen = { contradictions: 0, remembered: 0 };
  const indexes = fc.array(fc.nat({ max: 23 }), { maxLength: 24 });
  fc.assert(
    fc.property(universes, indexes, fc.nat({ max: 23 }), (universe, chosen, last) => {
      const remembered = consistent(chosen.map((index) => itemAt(universe, index)));
      const added = itemAt(universe, last);
      const any = remembered.some((other) => contradictionOf(other, added) !== undefined);
      const found = findContradiction(remembered, added);
      expect(found !== undefined).toBe(any);
      seen.remembered = Math.max(seen.remembered, remembered.length);
      if (found === undefined) return;
      seen.contradictions += 1;
      expect(contradictionOf(found.remembered, added)).toBe(found.kind);
    }),
    { numRuns: 2000 },
  );
  expect(seen.contradictions).toBeGreaterThan(100);
  expect(seen.remembered).toBeGreaterThan(3);
});
