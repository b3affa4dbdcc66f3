// SPDX-License-Identifier: Apache-2.0
// An order draws each of its pieces once, however many places they pass.
import { piecesDrawn, piecesIn, type Leg } from './pieces-of-order.js';

const leg = (quantity: number, from: string | null, to: string | null): Leg => ({
  ...{ quantity, from, to },
});

test.each<[string, readonly Leg[], number]>([
  ['nothing moved', [], 0],
  ['from the merchant to the customer', [leg(2, null, null)], 2],
  [
    'from the merchant through two places',
    [leg(2, null, 'a'), leg(2, 'a', 'b'), leg(2, 'b', null)],
    2,
  ],
  ['from what stands in a place', [leg(2, 'a', 'b'), leg(2, 'b', null)], 2],
  ['given back', [leg(2, 'a', 'b'), leg(2, 'b', 'a')], 0],
  ['from the merchant and a place', [leg(1, null, 'a'), leg(3, 'a', null)], 3],
])('pieces drawn: %s', (_, legs, drawn) => {
  expect(piecesDrawn(legs)).toBe(drawn);
});

test('pieces stand in a place until they are taken', () => {
  const legs = [leg(3, null, 'a'), leg(1, 'a', 'b')];
  expect([piecesIn('a', legs), piecesIn('b', legs), piecesIn('c', legs)]).toEqual([2, 1, 0]);
  expect(piecesIn('d', [leg(2, 'd', null)])).toBe(-2);
});
