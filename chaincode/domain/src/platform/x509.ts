// SPDX-License-Identifier: Apache-2.0
// What the domain asks of X.509 certificates (RFC 5280). Node.js' own here; where there is no Node.js,
// sdk/src/offline/browser/x509.ts stands in. All of it may throw for what others wrote.
import { X509Certificate } from 'node:crypto';

/** Its bytes, whether it may certify, its text, and from when until when it is in force. */
export type Certificate = Pick<
  X509Certificate,
  'raw' | 'ca' | 'toString' | 'validFrom' | 'validTo'
>;

/** Every certificate was made by {@link parseCertificate}. */
const whole = (certificate: Certificate): X509Certificate => certificate as X509Certificate;

/** @returns the certificate, which writes its PEM by itself: the text given may hold more. */
export const parseCertificate = (pem: string): Certificate => new X509Certificate(pem);

/** @returns whether the authority may certify, bears the name that the certificate names, and signed it. */
export const isIssued = (certificate: Certificate, authority: Certificate): boolean =>
  whole(authority).ca &&
  whole(certificate).checkIssued(whole(authority)) &&
  whole(certificate).verify(whole(authority).publicKey);

/** @returns DER SubjectPublicKeyInfo. */
export const publicKeyInfo = (certificate: Certificate): Buffer =>
  whole(certificate).publicKey.export({ format: 'der', type: 'spki' });

/** What stands in for this module must offer the same. */
export interface X509Platform {
  /** Reads a certificate, PEM or DER; throws for anything else. */
  readonly parseCertificate: typeof parseCertificate;
  /** Whether one certificate was issued by the other, and signed by its key. */
  readonly isIssued: typeof isIssued;
  /** The SubjectPublicKeyInfo of a certificate. */
  readonly publicKeyInfo: typeof publicKeyInfo;
}
