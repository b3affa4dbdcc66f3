// SPDX-License-Identifier: Apache-2.0
// The secret that proves a delivery: only the customer's device knows it, and shows it as a QR code at the door.
import { createHmac, createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { canonicalJson, commitmentTo, type OrderKey } from '@fabric-offline-pay/domain';

/** Separates this use of the device's key from its signatures. */
const PURPOSE = 'fabric-offline-pay/delivery-secret/1';

/** What the customer's device knows of an order until the delivery. */
export interface DeliverySecret {
  /** 32 bytes in hex. Whoever has it counts as having delivered, so show it only when the goods are there. */
  readonly secret: string;
  /** Its digest, which is part of the terms that the customer signs. */
  readonly commitment: string;
}

const withCommitment = (secret: string): DeliverySecret => ({
  secret,
  commitment: commitmentTo(secret),
});

/** Draws a new secret. The device must keep it until the goods are there. */
export const newDeliverySecret = (): DeliverySecret =>
  withCommitment(randomBytes(32).toString('hex'));

/**
 * Derives the secret of an order from the device's own key (HMAC-SHA-256), so that the device need not keep it, and a repeated
 * order has the same terms.
 * @param privateKey the device's, PEM or key object, P-256
 * @example
 * const { secret, commitment } = deliverySecretFor(key, { merchantId, orderNumber });
 * // the purchase carries `commitment`; at the door the device shows `secret`, and the courier calls
 * // client.logistics.deliver({ merchantId, orderNumber, secret })
 */
export function deliverySecretFor(
  privateKey: string | KeyObject,
  { merchantId, orderNumber }: OrderKey,
): DeliverySecret {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
  const bytes = key.export({ format: 'der', type: 'pkcs8' });
  const subject = canonicalJson({ purpose: PURPOSE, merchantId, orderNumber });
  return withCommitment(createHmac('sha256', bytes).update(subject).digest('hex'));
}
