// SPDX-License-Identifier: Apache-2.0
// The signing key of a device, a terminal or an issuer. A port: the default is a software key, and a secure element fits too.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { signBytes, type CoseSigner } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '../../errors.js';

/** A key that signs. The private part may stay where it is: in a file, or in a secure element. */
export interface OfflineKey {
  /** Base64 DER SubjectPublicKeyInfo, P-256. */
  readonly publicKey: string;
  /** ES256: r‖s of 64 bytes over the SHA-256 of the bytes. */
  readonly sign: CoseSigner;
}

/** Makes a key in memory. @throws {ConfigurationError} unless it is a private key on P-256 */
export function softwareKey(privateKey: KeyObject): OfflineKey {
  const isP256 = privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (privateKey.type !== 'private' || !isP256)
    throw new ConfigurationError('privateKey', 'must be a private key on the curve P-256');
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { publicKey: spki.toString('base64'), sign: (bytes) => signBytes(privateKey, bytes) };
}
