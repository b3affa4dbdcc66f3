// SPDX-License-Identifier: Apache-2.0
// Decides whether a bank's authority vouches for an issuer's key. Plain X.509, so it needs to trust no peer.
import {
  certifiedIssuer,
  DomainError,
  isCertifiedBy,
  type Certificate,
  type CertifiedIssuer,
  type IssuerRow,
} from '@fabric-offline-pay/domain';

/** PEM certificates of each bank's own authority, by bank id. Each bank hands out its own. */
export type Roots = Readonly<Record<string, readonly string[]>>;

/** @returns undefined for a certificate that makes nobody an issuer. */
function readIssuer(certificate: string): CertifiedIssuer | undefined {
  try {
    return certifiedIssuer(certificate);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const NAMED = ['bankId', 'kid', 'publicKey'] as const;

function certificateByRoot(issuer: IssuerRow, roots: Roots): Certificate | undefined {
  const found = readIssuer(issuer.certificate);
  if (found === undefined || NAMED.some((field) => found[field] !== issuer[field]))
    return undefined;
  const own = Object.hasOwn(roots, found.bankId) ? (roots[found.bankId] ?? []) : [];
  return own.some((root) => isCertifiedBy(found, root)) ? found.certificate : undefined;
}

/** @returns whether one of the bank's own roots made it an issuer of the bank, even if that has expired since. */
export const isCertified = (issuer: IssuerRow, roots: Roots): boolean =>
  certificateByRoot(issuer, roots) !== undefined;

const isInForce = ({ validFrom, validTo }: Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now * 1000 && now * 1000 <= Date.parse(validTo);

/**
 * @param now seconds since 1970
 * @returns whether one of the bank's own roots made it an issuer of the bank, and its certificate is valid now and holds its key
 */
export function isVouchedFor(issuer: IssuerRow, roots: Roots, now: number): boolean {
  const certificate = certificateByRoot(issuer, roots);
  return certificate !== undefined && isInForce(certificate, now);
}
