// SPDX-License-Identifier: Apache-2.0
// Registers a device's key on the ledger, under an id that no other device of the customer has.
import type { InputOf } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/operate';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { DeviceIdTakenError } from '../command-errors.js';

/** @throws {DeviceIdTakenError} when another key has this id. Many customers have a second device before they name the first. */
export async function registerDevice(
  clients: Clients,
  device: InputOf<'identity', 'registerDevice'>,
): Promise<void> {
  const { identity } = await clients.client('bank', 'teller');
  try {
    await identity.registerDevice(device);
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'IDEMPOTENCY_CONFLICT')) throw error;
    throw new DeviceIdTakenError(device.customerId, device.deviceId, error);
  }
}
