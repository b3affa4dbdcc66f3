// SPDX-License-Identifier: Apache-2.0
// Whether a bank's authority vouches for an issuer's key: plain X.509, so that no peer's word is needed.
import {
  certifiedIssuer,
  DomainError,
  isCertifiedBy,
  type Certificate,
  type CertifiedIssuer,
  type IssuerRow,
} from '@fabric-offline-pay/domain';

/** PEM certificates of each bank's own authority, handed out by the bank, by bank. */
export type Roots = Readonly<Record<string, readonly string[]>>;

/** @returns undefined for a certificate that makes nobody an issuer. */
function read(certificate: string): CertifiedIssuer | undefined {
  try {
    return certifiedIssuer(certificate);
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const NAMED = ['bankId', 'kid', 'publicKey'] as const;

function certified(issuer: IssuerRow, roots: Roots): Certificate | undefined {
  const found = read(issuer.certificate);
  if (found === undefined || NAMED.some((field) => found[field] !== issuer[field]))
    return undefined;
  const own = Object.hasOwn(roots, found.bankId) ? (roots[found.bankId] ?? []) : [];
  return own.some((root) => isCertifiedBy(found, root)) ? found.certificate : undefined;
}

/** @returns whether one of the bank's own roots made it an issuer of the bank, be that over by now or not. */
export const isCertified = (issuer: IssuerRow, roots: Roots): boolean =>
  certified(issuer, roots) !== undefined;

const isInForce = ({ validFrom, validTo }: Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now * 1000 && now * 1000 <= Date.parse(validTo);

/**
 * @param now seconds since 1970
 * @returns whether one of the bank's own roots made it an issuer of the bank, its certificate is in force, and holds its key.
 */
export function isVouchedFor(issuer: IssuerRow, roots: Roots, now: number): boolean {
  const certificate = certified(issuer, roots);
  return certificate !== undefined && isInForce(certificate, now);
}
