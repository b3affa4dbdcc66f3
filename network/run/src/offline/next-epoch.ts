// SPDX-License-Identifier: Apache-2.0
// Which epoch a device is granted next. The ledger lets numbers out; a device never takes one that it sealed.
import type { ReserveKey } from '@fabric-offline-pay/domain';

/** @param after an epoch that the device knows of, though the ledger may not */
export const nextEpoch = (
  reserves: readonly Pick<ReserveKey, 'deviceId' | 'epoch'>[],
  deviceId: string,
  after = 0,
): number =>
  reserves
    .filter((reserve) => reserve.deviceId === deviceId)
    .reduce((highest, { epoch }) => Math.max(highest, epoch), after) + 1;
