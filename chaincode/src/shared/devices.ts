// SPDX-License-Identifier: Apache-2.0
// The devices of customers that may still pay.
import { ensure, type DeviceRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** @returns the device. @throws {DomainError} DEVICE_UNKNOWN when there is no such device, or it is revoked. */
export async function activeDevice(
  call: Call,
  { customerId, deviceId }: Pick<DeviceRow, 'customerId' | 'deviceId'>,
): Promise<DeviceRow> {
  const device = await call.store.get('device', customerId, deviceId);
  ensure(device?.status === 'active', 'DEVICE_UNKNOWN', { deviceId });
  return device;
}
