// SPDX-License-Identifier: Apache-2.0
// Which pairs of vouchers convict a device, and that the neighbours alone tell it.
import fc from 'fast-check';
import type { CounterEntry } from '../ledger/offline-rows';
import { contradictionOf, findContradiction, withEntry } from './contradiction';

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? Date.now()) });

const entry = (
  counter: number,
  cumulative: number,
  amount: number,
  digest = `digest-${counter}`,
  previous = `digest-${counter - 1}`,
): CounterEntry => [counter, digest, previous, String(cumulative), String(amount)];

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

it('entries stand by counter', () => {
  const entries = [5, 2, 64, 1].reduce<readonly CounterEntry[]>(
    (sum, counter) => withEntry(sum, entry(counter, counter * 10, 10)),
    [],
  );
  expect(entries.map(([counter]) => counter)).toEqual([1, 2, 5, 64]);
});

it('the neighbours tell what all would tell', () => {
  const any = fc.record({
    counter: fc.integer({ min: 1, max: 12 }),
    cumulative: fc.integer({ min: 1, max: 60 }),
    amount: fc.integer({ min: 1, max: 20 }),
    digest: fc.constantFrom('a', 'b', 'c'),
    previous: fc.constantFrom('a', 'b', 'c'),
  });
  const drawn = any.map(({ counter, cumulative, amount, digest, previous }) =>
    entry(counter, cumulative, Math.min(amount, cumulative), digest, previous),
  );
  let found = 0;
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 12 }), drawn, (candidates, last) => {
      const remembered = candidates.reduce<readonly CounterEntry[]>((kept, candidate) => {
        const fits = kept.every(
          (other) => other[0] !== candidate[0] && contradictionOf(other, candidate) === undefined,
        );
        return fits ? withEntry(kept, candidate) : kept;
      }, []);
      const any = remembered.some((other) => contradictionOf(other, last) !== undefined);
      const contradiction = findContradiction(remembered, last);
      expect(contradiction !== undefined).toBe(any);
      if (contradiction === undefined) return;
      found += 1;
      expect(contradictionOf(contradiction.remembered, last)).toBe(contradiction.kind);
    }),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(100);
});
