// SPDX-License-Identifier: Apache-2.0
// What a terminal accepted of each device and epoch: a device that pays the same money twice contradicts it.
import {
  restoreEntry,
  storeEntry,
  type CounterEntry,
  type CounterTuple,
  type DeviceCertificate,
} from '@fabric-offline-pay/domain';
import { ordinal } from '../device/records.js';
import { shelf } from '../store/shelf.js';
import type { Change, Store } from '../store/store.js';

const seen = shelf<readonly CounterTuple[], [customerId: string, deviceId: string, epoch: string]>(
  'seen',
);

type DeviceEpoch = Pick<DeviceCertificate, 'customerId' | 'deviceId' | 'epoch'>;

/** @returns what the terminal accepted, rising by counter. */
export async function seenOf(
  store: Store,
  { customerId, deviceId, epoch }: DeviceEpoch,
): Promise<readonly CounterEntry[]> {
  const stored = await seen.get(store, customerId, deviceId, ordinal(epoch));
  return (stored ?? []).map(restoreEntry);
}

/** @param entries all that the terminal accepted, rising by counter */
export const putSeen = (
  entries: readonly CounterEntry[],
  { customerId, deviceId, epoch }: DeviceEpoch,
): Change => seen.put(entries.map(storeEntry), customerId, deviceId, ordinal(epoch));
