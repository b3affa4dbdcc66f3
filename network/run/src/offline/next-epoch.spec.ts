// SPDX-License-Identifier: Apache-2.0
// The next epoch of a device is higher than all that the ledger or the device knows.
import { nextEpoch } from './next-epoch.js';

const RESERVES = [
  { deviceId: 'wallet', epoch: 2 },
  { deviceId: 'wallet', epoch: 1 },
  { deviceId: 'phone', epoch: 7 },
];

test.each<[string, string, number | undefined, number]>([
  ['a device without reserves begins with 1', 'tablet', undefined, 1],
  ['a device continues after its own reserves', 'wallet', undefined, 3],
  ['skips epochs that only the device knows', 'wallet', 50, 51],
  ['counts epochs that only the ledger knows', 'phone', 3, 8],
])('%s', (_, deviceId, after, next) => {
  expect(nextEpoch(RESERVES, deviceId, after)).toBe(next);
});
