// SPDX-License-Identifier: Apache-2.0
// The next epoch of a device. The ledger allows gaps. A device never accepts an epoch that it sealed.
import type { ReserveKey } from '@fabric-offline-pay/domain';

/** @param after an epoch that the device knows, but maybe not the ledger */
export const nextEpoch = (
  reserves: readonly Pick<ReserveKey, 'deviceId' | 'epoch'>[],
  deviceId: string,
  after = 0,
): number =>
  reserves
    .filter((reserve) => reserve.deviceId === deviceId)
    .reduce((highest, { epoch }) => Math.max(highest, epoch), after) + 1;
