// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { dayOf } from '../clock.js';
import { divideFee, WHOLE_SHARE } from './share-of-fee.js';

test('a fee is divided without a rest, and a courier never gets more than its share', () => {
  const fees = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n });
  const shares = fc.integer({ min: 0, max: WHOLE_SHARE });
  fc.assert(
    fc.property(fees, shares, (fee, basisPoints) => {
      const { courier, company } = divideFee(fee.toString(), basisPoints);
      expect(BigInt(courier) + BigInt(company)).toBe(fee);
      const over = BigInt(courier) * BigInt(WHOLE_SHARE) - fee * BigInt(basisPoints);
      expect(over <= 0n && over > -BigInt(WHOLE_SHARE)).toBe(true);
    }),
  );
});

test('a day begins at midnight of its zone, also where clocks change', () => {
  const at = (text: string): number => Date.parse(text) / 1000;
  expect(dayOf(at('2026-05-30T21:59:59Z'), 'Europe/Berlin')).toBe('2026-05-30');
  expect(dayOf(at('2026-05-30T22:00:00Z'), 'Europe/Berlin')).toBe('2026-05-31');
  expect(dayOf(at('2026-12-31T22:59:59Z'), 'Europe/Berlin')).toBe('2026-12-31');
  expect(dayOf(at('2026-12-31T23:00:00Z'), 'Europe/Berlin')).toBe('2027-01-01');
  expect(dayOf(at('2026-05-31T00:00:00Z'), 'UTC')).toBe('2026-05-31');
});
