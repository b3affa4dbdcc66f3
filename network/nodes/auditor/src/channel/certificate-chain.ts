// SPDX-License-Identifier: Apache-2.0
// From a certificate to an organisation's roots, by the rules of Go's crypto/x509, which Fabric asks.
import type { Certificate } from './certificate.js';

/** The certificates that an organisation trusts. */
export interface Trusted {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

/** The certificate itself, its issuer, and so on up to a root. */
export type Chain = readonly [Certificate, ...Certificate[]];

/** 1.3.6.1.5.5.7.3.1 and 2.5.29.37.0: without another wish, Go asks for certificates of servers. */
const PURPOSES: ReadonlySet<string> = new Set(['2b06010505070301', '551d2500']);

/** Go gives up after so many signatures, so that hostile certificates cannot keep it busy. */
const MOST_SIGNATURES = 100;

/** Mirrors `CheckSignatureFrom`. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { isAuthority, maySignCertificates } = issuer.extensions;
  return (
    certificate.issuer.equals(issuer.subject) &&
    isAuthority === true &&
    maySignCertificates &&
    certificate.x509.verify(issuer.publicKey)
  );
}

/** Mirrors `isValid`. @param below the authorities between it and the member */
function isUsable({ from, until, extensions }: Certificate, below: number, at: number): boolean {
  const { pathLength, unknownCritical } = extensions;
  const isDeep = pathLength !== undefined && below > pathLength;
  return at >= from && at <= until && unknownCritical.length === 0 && !isDeep;
}

/** Mirrors `checkChainForKeyUsage`. */
const servesPurpose = (chain: Chain): boolean =>
  chain.every(
    ({ extensions: { purposes } }) =>
      purposes.length === 0 || purposes.some((purpose) => PURPOSES.has(purpose)),
  );

/** Mirrors `alreadyInChain`: an authority with two certificates stands in a chain once. */
const isSameAuthority = (one: Certificate, other: Certificate): boolean =>
  one.subject.equals(other.subject) &&
  one.key.equals(other.key) &&
  one.extensions.alternativeName === other.extensions.alternativeName;

/** Climbs from one certificate; counts signatures over all branches. */
class Climb {
  #signatures = 0;

  constructor(
    readonly trusted: Trusted,
    readonly at: number,
  ) {}

  chains(chain: Chain): Chain[] {
    const { roots, intermediates } = this.trusted;
    const tops = this.#issuers(chain, roots).map((root): Chain => [...chain, root]);
    const further = this.#issuers(chain, intermediates).flatMap((each) =>
      this.chains([...chain, each]),
    );
    return [...tops, ...further];
  }

  #issuers(chain: Chain, candidates: readonly Certificate[]): Certificate[] {
    const child = chain.at(-1) ?? chain[0];
    return candidates.filter(
      (each) =>
        child.issuer.equals(each.subject) &&
        !chain.some((one) => isSameAuthority(one, each)) &&
        isUsable(each, chain.length - 1, this.at) &&
        this.#isSignedBy(child, each),
    );
  }

  #isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
    this.#signatures += 1;
    return this.#signatures <= MOST_SIGNATURES && isSignedBy(certificate, issuer);
  }
}

/**
 * Mirrors `Certificate.Verify` as Fabric calls it (`getValidityOptsForCert` in msp/mspimplvalidate.go): at the second after the
 * certificate began, so that none expires, and what stands on the ledger can be checked at any later time.
 * @returns every way to a root; a root's way is itself
 */
export function chainsOf(certificate: Certificate, trusted: Trusted): readonly Chain[] {
  const at = certificate.from + 1000;
  if (!isUsable(certificate, 0, at)) return [];
  const isRoot = trusted.roots.some((root) => root.raw.equals(certificate.raw));
  const start: Chain = [certificate];
  const chains = isRoot ? [start] : new Climb(trusted, at).chains(start);
  return chains.filter(servesPurpose);
}
