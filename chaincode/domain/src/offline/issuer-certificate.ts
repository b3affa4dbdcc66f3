// SPDX-License-Identifier: Apache-2.0
// The X.509 certificate of a bank's issuer. The bank's authority gives it for this purpose only. The authority also
// certifies clerks, auditors and nodes, but none of them may speak for the bank to devices and terminals.
import { attributesOf, isIssuedBy, readCertificate, spkiOf } from '../base/certificate.js';
import { ensure } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';
import type { Certificate } from '../platform/x509.js';
import { issuerKid } from './device-key.js';
import type { TrustedIssuer } from './verify-issued.js';

/** The role in an issuer's certificate. It may call no transaction. */
export const ISSUER_ROLE = 'offline-issuer';

/** What an issuer's certificate says. No authority is checked yet. */
export interface CertifiedIssuer extends TrustedIssuer {
  readonly certificate: Certificate;
}

/**
 * @param pem one certificate and nothing else
 * @throws {DomainError} INPUT_INVALID unless it has the role `offline-issuer`, a bank, and a P-256 key.
 */
export function certifiedIssuer(pem: string): CertifiedIssuer {
  const field = 'certificate';
  const certificate = readCertificate(pem);
  ensure(certificate !== undefined, 'INPUT_INVALID', { field, reason: 'no X.509 certificate' });
  const { role, actor: bankId } = attributesOf(certificate);
  const isIssuer = role === ISSUER_ROLE && bankId !== undefined;
  ensure(isIssuer, 'INPUT_INVALID', { field, reason: `not of the role ${ISSUER_ROLE}`, role });
  const publicKey = spkiOf(certificate) ?? '';
  const usable = importDeviceKey(publicKey) !== undefined;
  ensure(usable, 'INPUT_INVALID', { field, reason: 'no P-256 key' });
  return { bankId, publicKey, kid: issuerKid(publicKey).toString('hex'), certificate };
}

/**
 * @param authority PEM of a certificate authority
 * @returns whether the authority vouches for the issuer.
 */
export function isCertifiedBy({ certificate }: CertifiedIssuer, authority: string): boolean {
  const root = readCertificate(authority);
  return root !== undefined && isIssuedBy(certificate, root);
}

/**
 * @param certificate PEM
 * @param authority PEM of the certificate authority that issued it
 * @returns the issuer's key, base64 DER SubjectPublicKeyInfo
 * @throws {DomainError} INPUT_INVALID unless the authority certified it as an issuer of this bank.
 */
export function issuerKeyOf(bankId: string, certificate: string, authority: string): string {
  const issuer = certifiedIssuer(certificate);
  const { bankId: actor, publicKey } = issuer;
  const field = 'certificate';
  ensure(actor === bankId, 'INPUT_INVALID', { field, reason: 'of another bank', actor });
  const vouched = isCertifiedBy(issuer, authority);
  ensure(vouched, 'INPUT_INVALID', { field: 'authority', reason: 'did not issue the certificate' });
  return publicKey;
}
