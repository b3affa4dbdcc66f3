// SPDX-License-Identifier: Apache-2.0
// A customer's later statements about an order. The device that placed the order signs them, even if it was revoked since.
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
