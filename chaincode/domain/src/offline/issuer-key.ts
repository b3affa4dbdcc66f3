// SPDX-License-Identifier: Apache-2.0
// The key of an issuer, out of its X.509 certificate and that of the authority that vouches for it.
import { X509Certificate } from 'node:crypto';
import { ensure } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';

function certificateOf(pem: string, field: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    ensure(false, 'INPUT_INVALID', { field, reason: 'no X.509 certificate' });
  }
}

/**
 * @param certificate PEM
 * @param authority PEM of the certificate authority that issued it
 * @returns base64 DER SubjectPublicKeyInfo
 * @throws {DomainError} INPUT_INVALID unless the authority issued the certificate, of a P-256 key.
 */
export function issuerKeyOf(certificate: string, authority: string): string {
  const issuer = certificateOf(certificate, 'certificate');
  const root = certificateOf(authority, 'authority');
  const vouched = root.ca && issuer.checkIssued(root) && issuer.verify(root.publicKey);
  ensure(vouched, 'INPUT_INVALID', { field: 'authority', reason: 'did not issue the certificate' });
  const spki = issuer.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  ensure(importDeviceKey(spki) !== undefined, 'INPUT_INVALID', {
    field: 'certificate',
    reason: 'no P-256 key',
  });
  return spki;
}
