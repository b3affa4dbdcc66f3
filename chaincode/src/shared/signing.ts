// SPDX-License-Identifier: Apache-2.0
// What a customer says of an order after it was placed: signed by the device that placed it, whatever became of that since.
import { ensure, found, verifyEs256, type TermsRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/** @throws {DomainError} DEVICE_UNKNOWN or SIGNATURE_INVALID. */
export async function ensureSignedByDevice(
  call: Call,
  { terms, deviceId }: TermsRow,
  text: string,
  signature: string,
): Promise<void> {
  const device = await call.store.get('device', terms.customerId, deviceId);
  const { publicKey } = found(device, 'DEVICE_UNKNOWN', { deviceId });
  ensure(verifyEs256(publicKey, text, signature), 'SIGNATURE_INVALID', { deviceId });
}
