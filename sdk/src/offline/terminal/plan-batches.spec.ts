// SPDX-License-Identifier: Apache-2.0
// Batches hold each waiting voucher once, within their size, in one currency, and no two share a reserve.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded.js';
import { batchOf, planBatches } from './plan-batches.js';

fc.configureGlobal({ seed: SEED });

const voucher = fc.record({
  currency: fc.constantFrom('EUR', 'JPY'),
  customerId: fc.constantFrom('customer-1', 'customer-2', 'customer-3'),
  deviceId: fc.constantFrom('phone', 'watch'),
  epoch: fc.nat(1),
  counter: fc.integer({ min: 1, max: 64 }),
  voucherDigest: fc.string({ minLength: 1, maxLength: 4 }),
  attempts: fc.nat(2),
});

const waiting = fc
  .array(voucher, { maxLength: 40 })
  .map((vouchers) => vouchers.map((each, index) => ({ ...each, orderNumber: `ORD-${index}` })));

test('every plan keeps the rules, and later plans take the rest', () => {
  fc.assert(
    fc.property(waiting, fc.integer({ min: 1, max: 12 }), (vouchers, size) => {
      let rest = vouchers;
      for (let round = 0; rest.length > 0; round += 1) {
        const planned = planBatches(rest, size);
        const reserves = planned.map((batch) => {
          expect(batch.length).toBeLessThanOrEqual(size);
          expect(new Set(batch.map(({ currency }) => currency)).size).toBe(1);
          return new Set(
            batch.map(({ currency, customerId, deviceId, epoch }) =>
              [currency, customerId, deviceId, epoch].join('/'),
            ),
          );
        });
        const all = reserves.flatMap((names) => [...names]);
        expect(new Set(all).size).toBe(all.length);
        const taken = planned.flat().map(({ orderNumber }) => orderNumber);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.length).toBeGreaterThan(0);
        rest = rest.filter(({ orderNumber }) => !taken.includes(orderNumber));
      }
    }),
  );
});

const VOUCHER = {
  orderNumber: 'ORD-1',
  currency: 'EUR',
  customerId: 'c',
  deviceId: 'd',
  epoch: 1,
  counter: 1,
  voucherDigest: 'digest',
  attempts: 0,
};

test('the id depends on the content, and changes when the question is repeated', () => {
  const { batchId } = batchOf('merchant-1', [VOUCHER]);
  expect(batchId).toMatch(/^[0-9a-f]{64}$/);
  expect(batchOf('merchant-1', [{ ...VOUCHER }]).batchId).toBe(batchId);
  const others = [
    batchOf('merchant-2', [VOUCHER]),
    batchOf('merchant-1', [{ ...VOUCHER, attempts: 1 }]),
    batchOf('merchant-1', [{ ...VOUCHER, voucherDigest: 'other' }]),
    batchOf('merchant-1', [VOUCHER, VOUCHER]),
  ];
  for (const other of others) expect(other.batchId).not.toBe(batchId);
});
