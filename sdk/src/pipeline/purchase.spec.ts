// SPDX-License-Identifier: Apache-2.0
// A choice from a quote: the best courier of the first address that has one, or else the ledger's own refusal.
import { chooseBest, type QuoteView } from './purchase.js';

const courier = (courierId: string) => ({ courierId, fee: '250' });
const quote = (...offers: readonly object[]) => ({ goodsTotal: '1000', offers }) as QuoteView;

test('chooses the best courier of the first address that has one', () => {
  const offers = [
    { addressRef: 'home', couriers: [] },
    { addressRef: 'office', couriers: [courier('c-1'), courier('c-2')] },
  ];
  expect(chooseBest(quote(...offers))).toEqual({ addressRef: 'office', ...courier('c-1') });
});

test('refuses with a code when no address has a courier', () => {
  const refusal = expect.objectContaining({ code: 'NO_COURIER', number: 401 }) as Error;
  expect(() => chooseBest(quote({ addressRef: 'home', couriers: [] }))).toThrow(refusal);
});
