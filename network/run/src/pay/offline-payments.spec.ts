// SPDX-License-Identifier: Apache-2.0
import { settlingTurns } from './offline-payments.js';

const row = (customerId: string, merchantId: string, device: 'own' | 'copy' = 'own') => ({
  customerId,
  merchantId,
  device,
});

test('tills at which a copied device paid settle in the order of the file, all others at the same time', () => {
  const rows = [
    row('honest', 'till-b'),
    row('thief', 'till-b'),
    row('honest', 'till-a'),
    row('thief', 'till-c', 'copy'),
    row('other', 'till-d'),
  ];
  expect(settlingTurns(['till-b', 'till-a', 'till-c', 'till-d'], rows)).toEqual([
    ['till-b', 'till-c'],
    ['till-a'],
    ['till-d'],
  ]);
});
