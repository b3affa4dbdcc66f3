// SPDX-License-Identifier: Apache-2.0
// Whether a bank's authority vouches for an issuer's key: plain X.509, so that no peer's word is needed.
import { X509Certificate } from 'node:crypto';
import { issuerKid, type IssuerRow } from '@fabric-offline-pay/domain';

/** PEM certificates of each bank's own authority, handed out by the bank, by bank. */
export type Roots = Readonly<Record<string, readonly string[]>>;

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

const isBy = (certificate: X509Certificate, root: X509Certificate): boolean =>
  root.ca && certificate.checkIssued(root) && certificate.verify(root.publicKey);

const isInForce = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now * 1000 && now * 1000 <= Date.parse(validTo);

const spkiOf = (certificate: X509Certificate): string =>
  certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/**
 * @param now seconds since 1970
 * @returns whether one of the bank's own roots signed the issuer's certificate, which is in force and holds its key.
 */
export function isVouchedFor(issuer: IssuerRow, roots: Roots, now: number): boolean {
  const certificate = read(issuer.certificate);
  const own = Object.hasOwn(roots, issuer.bankId) ? (roots[issuer.bankId] ?? []) : [];
  return (
    certificate !== undefined &&
    spkiOf(certificate) === issuer.publicKey &&
    issuerKid(issuer.publicKey).toString('hex') === issuer.kid &&
    isInForce(certificate, now) &&
    own.some((pem) => {
      const root = read(pem);
      return root !== undefined && isBy(certificate, root);
    })
  );
}
