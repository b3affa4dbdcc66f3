// SPDX-License-Identifier: Apache-2.0
// What a terminal accepted of each device and epoch: a device that pays the same money twice contradicts it. By bank and
// key as well: whoever certifies a key of its own under another's name is another device, and convicts nobody else.
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

/** @returns what the terminal accepted, rising by counter. */
export async function seenOf(store: Store, device: DeviceEpoch): Promise<readonly CounterEntry[]> {
  const stored = await seen.get(store, ...partsOf(device));
  return (stored ?? []).map(restoreEntry);
}

/** @param entries all that the terminal accepted, rising by counter */
export const putSeen = (entries: readonly CounterEntry[], device: DeviceEpoch): Change =>
  seen.put(entries.map(storeEntry), ...partsOf(device));

/** @returns what ends everything that was remembered, under whatever names. */
export const forgetSeen = async (store: Store): Promise<readonly Change[]> =>
  (await store.list('seen/')).map(([key]) => ({ key, value: undefined }));
