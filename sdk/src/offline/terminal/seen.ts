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
import { recordsOf } from '../store/records-of.js';
import type { Change, Store } from '../store/store.js';

type KeyParts = [
  bankId: string,
  customerId: string,
  deviceId: string,
  epoch: string,
  keyDigest: string,
];

const seen = recordsOf<readonly CounterTuple[], KeyParts>('seen');

type DeviceEpoch = Pick<
  DeviceCertificate,
  'bankId' | 'customerId' | 'deviceId' | 'epoch' | 'deviceKey'
>;

const keyPartsOf = ({ bankId, customerId, deviceId, epoch, deviceKey }: DeviceEpoch): KeyParts => {
  const keyDigest = sha256Hex(deviceKey);
  return [bankId, customerId, deviceId, ordinal(epoch), keyDigest];
};

/** @returns the vouchers that the terminal accepted, by rising counter. */
export async function seenOf(store: Store, device: DeviceEpoch): Promise<readonly CounterEntry[]> {
  const stored = await seen.get(store, ...keyPartsOf(device));
  return (stored ?? []).map(restoreEntry);
}

/** @param entries everything that the terminal accepted, by rising counter */
export const putSeen = (entries: readonly CounterEntry[], device: DeviceEpoch): Change =>
  seen.put(entries.map(storeEntry), ...keyPartsOf(device));

/** @returns the changes that delete everything remembered, under any name. */
export const forgetSeen = async (store: Store): Promise<readonly Change[]> =>
  (await store.list('seen/')).map(([key]) => ({ key, value: undefined }));
