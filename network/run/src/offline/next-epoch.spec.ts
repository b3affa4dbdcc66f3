// SPDX-License-Identifier: Apache-2.0
// The next epoch of a device: above all that the ledger or the device itself knows.
import { nextEpoch } from './next-epoch.js';

const RESERVES = [
  { deviceId: 'wallet', epoch: 2 },
  { deviceId: 'wallet', epoch: 1 },
  { deviceId: 'phone', epoch: 7 },
];

test.each<[string, string, number | undefined, number]>([
  ['a device without reserves begins with 1', 'tablet', undefined, 1],
  ['a device goes on after its own reserves', 'wallet', undefined, 3],
  ['what the device knows beyond the ledger is left out', 'wallet', 50, 51],
  ['what the ledger knows beyond the device counts', 'phone', 3, 8],
])('%s', (_, deviceId, after, next) => {
  expect(nextEpoch(RESERVES, deviceId, after)).toBe(next);
});
