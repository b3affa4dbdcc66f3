// SPDX-License-Identifier: Apache-2.0
// The functions on X.509 certificates (RFC 5280) that the domain needs. This module uses Node.js' own. Without Node.js,
// sdk/src/offline/browser/x509.ts takes its place. All of them may throw for input that others wrote.
import { X509Certificate } from 'node:crypto';

/** The bytes of a certificate, whether it may certify, its text, and its period of validity. */
export type Certificate = Pick<
  X509Certificate,
  'raw' | 'ca' | 'toString' | 'validFrom' | 'validTo'
>;

/** Every certificate was made by {@link parseCertificate}. */
const whole = (certificate: Certificate): X509Certificate => certificate as X509Certificate;

/** @returns the certificate. Its own PEM may be shorter than the given text, which may contain more. */
export const parseCertificate = (pem: string): Certificate => new X509Certificate(pem);

/** @returns whether the authority may certify, has the issuer's name in the certificate, and signed it. */
export const isIssued = (certificate: Certificate, authority: Certificate): boolean =>
  whole(authority).ca &&
  whole(certificate).checkIssued(whole(authority)) &&
  whole(certificate).verify(whole(authority).publicKey);

/** @returns DER SubjectPublicKeyInfo. */
export const publicKeyInfo = (certificate: Certificate): Buffer =>
  whole(certificate).publicKey.export({ format: 'der', type: 'spki' });

/** A replacement for this module must offer the same. */
export interface X509Platform {
  /** Reads a certificate, PEM or DER. Throws for anything else. */
  readonly parseCertificate: typeof parseCertificate;
  /** Whether the authority issued the certificate and signed it with its key. */
  readonly isIssued: typeof isIssued;
  /** The SubjectPublicKeyInfo of a certificate. */
  readonly publicKeyInfo: typeof publicKeyInfo;
}
