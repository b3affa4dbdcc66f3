// SPDX-License-Identifier: Apache-2.0
// What a terminal accepted from each device and epoch, to notice a device that pays the same money twice. The bank and the key are
// part of the device's name: whoever certifies another key under the same name makes another device, and convicts nobody else.
import {
  restoreEntry,
  sha256Hex,
  storeEntry,
  type CounterEntry,
  type CounterTuple,
  type DeviceCertificate,
} from '@fabric-offline-pay/domain';
import { ordinal } from '../device/records.js';
import { shelf } from '../store/shelf.js';
import type { Change, Store } from '../store/store.js';

type Parts = [
  bankId: string,
  customerId: string,
  deviceId: string,
  epoch: string,
  keyDigest: string,
];

const seen = shelf<readonly CounterTuple[], Parts>('seen');

type DeviceEpoch = Pick<
  DeviceCertificate,
  'bankId' | 'customerId' | 'deviceId' | 'epoch' | 'deviceKey'
>;

const partsOf = ({ bankId, customerId, deviceId, epoch, deviceKey }: DeviceEpoch): Parts => {
  const keyDigest = sha256Hex(deviceKey);
  return [bankId, customerId, deviceId, ordinal(epoch), keyDigest];
};

/** @returns the vouchers that the terminal accepted, by rising counter. */
export async function seenOf(store: Store, device: DeviceEpoch): Promise<readonly CounterEntry[]> {
  const stored = await seen.get(store, ...partsOf(device));
  return (stored ?? []).map(restoreEntry);
}

/** @param entries everything that the terminal accepted, by rising counter */
export const putSeen = (entries: readonly CounterEntry[], device: DeviceEpoch): Change =>
  seen.put(entries.map(storeEntry), ...partsOf(device));

/** @returns the changes that delete everything remembered, under any name. */
export const forgetSeen = async (store: Store): Promise<readonly Change[]> =>
  (await store.list('seen/')).map(([key]) => ({ key, value: undefined }));
