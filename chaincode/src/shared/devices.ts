// SPDX-License-Identifier: Apache-2.0
// The devices of customers, as far as they may still pay.
import { ensure, type DeviceRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** @returns the device. @throws {DomainError} DEVICE_UNKNOWN when there is none, or none any more. */
export async function activeDevice(
  call: Call,
  { customerId, deviceId }: Pick<DeviceRow, 'customerId' | 'deviceId'>,
): Promise<DeviceRow> {
  const device = await call.store.get('device', customerId, deviceId);
  ensure(device?.status === 'active', 'DEVICE_UNKNOWN', { deviceId });
  return device;
}
