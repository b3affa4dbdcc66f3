// SPDX-License-Identifier: Apache-2.0
// Who belongs to an organisation, and as what: Fabric's MSP with certificates, in the version that channels of V2_0 and later have.
import { createHash, type KeyObject } from 'node:crypto';
import { certificateIn, fingerprintOf, sanitized, type Certificate } from './certificate.js';
import { chainsOf, isSignedBy, type Chain, type Trusted } from './certificate-chain.js';
import { ChannelError } from './channel-error.js';
import {
  UNIT_ROLES,
  type MembershipSettings,
  type UnitRole,
  type UnitRule,
} from './channel-settings.js';
import { Revocations } from './revocations.js';
import { isKnownKey } from './signatures.js';

/** What a policy can ask of a signer. */
export type Role = 'member' | UnitRole;

/** A unit in a certificate's subject. */
export interface Unit {
  readonly identifier: string;
  /** The authorities above it: the hash of their certificates, hex. Fabric's `CertifiersIdentifier`. */
  readonly certifiers: string;
}

/** Somebody whom an authority of the organisation has certified. */
export interface Identity {
  readonly mspId: string;
  /** SHA-256 of the certificate, hex, the same for all ways to write its issuer's signature. */
  readonly fingerprint: string;
  readonly publicKey: KeyObject;
  readonly roles: ReadonlySet<Role>;
  readonly units: readonly Unit[];
}

/** Somebody who counts, or why not. */
export type Identified =
  | (Identity & { readonly valid: true })
  | {
      readonly valid: false;
      /** A short text without content of the certificate. */
      readonly reason: string;
      /**
       * Present where the organisation did certify it, and took that back or gave it no place. It satisfies no policy but one that
       * asks for a listed administrator, or for nobody in particular: Fabric asks those two without a look at validity.
       */
      readonly identity?: Identity;
    };

/** Hash functions by the names of Fabric's bccsp; the first is the default. */
const HASHES: Readonly<Record<string, string>> = {
  '': 'sha256',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA3_256: 'sha3-256',
  SHA3_384: 'sha3-384',
};

/** How many certificates are remembered: more than an honest channel has. */
const MOST_REMEMBERED = 20_000;

const refused = (why: string, { raw }: Certificate): ChannelError =>
  new ChannelError('refused', `${why}: certificate ${fingerprintOf(raw)}`);

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((each) => [each.raw.toString('base64'), each])).values()];
}

/** Mirrors `setupCAs` and `finalizeSetupCAs`: a root has certified itself. */
function rootOf(pem: string): Certificate {
  const root = certificateIn(pem);
  if (!isSignedBy(root, root)) throw refused('A root has not certified itself', root);
  return sanitized(root, root);
}

function trustedOf({ roots, intermediates }: MembershipSettings): Trusted {
  const tops = distinct(roots.map(rootOf));
  if (tops.length === 0) throw new ChannelError('refused', 'An organisation has no root');
  const raw = { roots: tops, intermediates: intermediates.map(certificateIn) };
  const between = raw.intermediates.map((each) => sanitized(each, parentOf(chainOf(each, raw))));
  return { roots: tops, intermediates: distinct(between) };
}

/** Mirrors `getUniqueValidationChain`: with two ways to a root, nobody could say whose the certificate is. */
function chainOf(certificate: Certificate, trusted: Trusted): Chain {
  const [chain, other] = chainsOf(certificate, trusted);
  if (chain === undefined)
    throw refused('No authority of the organisation has issued it', certificate);
  if (other !== undefined) throw refused('Two ways lead to a root', certificate);
  return chain;
}

function parentOf(chain: Chain): Certificate {
  const parent = chain[1];
  if (parent === undefined) throw refused('A root is no member', chain[0]);
  return parent;
}

/** The rules of one organisation, fixed by the channel's settings. What it has said once of a certificate, it remembers. */
export class Membership {
  readonly mspId: string;
  readonly #settings: MembershipSettings;
  readonly #trusted: Trusted;
  readonly #revocations: Revocations;
  /** Authorities that certify authorities do not certify members. */
  readonly #upper: ReadonlySet<string>;
  readonly #admins: ReadonlySet<string>;
  readonly #units: readonly Unit[];
  /** By role, with the authorities under which it counts; empty: under any. */
  readonly #roles: ReadonlyMap<UnitRole, Unit>;
  readonly #remembered = new Map<string, Identified>();

  /** Mirrors `setupV142` of msp/mspimplsetup.go. @throws {ChannelError} where Fabric would not take the settings */
  constructor(settings: MembershipSettings) {
    if (!['', 'SHA2'].includes(settings.signatureHash) || !(settings.identityHash in HASHES))
      throw new ChannelError('unsupported', `${settings.mspId} hashes in another way than SHA-2`);
    this.mspId = settings.mspId;
    this.#settings = settings;
    this.#trusted = trustedOf(settings);
    const { roots, intermediates } = this.#trusted;
    this.#revocations = new Revocations(settings.revocationLists, [...roots, ...intermediates]);
    this.#upper = this.#checkAuthorities();
    this.#units = settings.units.map((rule) => this.#unitOf(rule));
    this.#roles = this.#unitRoles();
    this.#admins = new Set(
      settings.admins.map((pem) => fingerprintOf(this.#sanitized(certificateIn(pem)).raw)),
    );
    this.#checkAdmins();
  }

  /** @param pem as the signer's `SerializedIdentity` states it */
  identify(pem: string): Identified {
    const known = this.#remembered.get(pem);
    if (known !== undefined) return known;
    const identified = this.#identify(pem);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(pem, identified);
    return identified;
  }

  /** Mirrors `deserializeIdentityInternal` and then `validateIdentity`. */
  #identify(pem: string): Identified {
    try {
      const certificate = certificateIn(pem);
      if (!isKnownKey(certificate.publicKey))
        return { valid: false, reason: 'its key is of a kind that this auditor does not know' };
      return this.#judge(certificate, chainOf(certificate, this.#trusted));
    } catch (error) {
      if (error instanceof ChannelError) return { valid: false, reason: error.message };
      throw error;
    }
  }

  #judge(certificate: Certificate, chain: Chain): Identified {
    const fingerprint = fingerprintOf(sanitized(certificate, parentOf(chain)).raw);
    const units = certificate.units.map((identifier) => ({
      identifier,
      certifiers: this.#certifiers(chain.slice(1)),
    }));
    const about = { mspId: this.mspId, fingerprint, publicKey: certificate.publicKey };
    const listed: readonly Role[] = this.#admins.has(fingerprint) ? ['admin'] : [];
    const reason = this.#flawOf(chain, units);
    if (reason !== undefined)
      return { valid: false, reason, identity: { ...about, roles: new Set(listed), units: [] } };
    const roles = new Set<Role>(['member', ...listed, ...this.#rolesOf(units)]);
    return { valid: true, ...about, roles, units };
  }

  /** @returns why somebody whom an authority has certified does not count */
  #flawOf(chain: Chain, units: readonly Unit[]): string | undefined {
    const [certificate] = chain;
    const parent = parentOf(chain);
    if (certificate.extensions.isAuthority === true) return 'an authority is no member';
    if (this.#upper.has(parent.raw.toString('base64')))
      return 'its issuer certifies authorities, not members';
    if (!this.#revocations.isComplete) return 'a revocation list does not name its authority';
    if (this.#revocations.revokes(certificate, parent)) return 'it is revoked';
    return this.#flawOfUnits(units);
  }

  /** Mirrors `validateIdentityOUsV142`. */
  #flawOfUnits(units: readonly Unit[]): string | undefined {
    const isOneOf = this.#units.some((rule) =>
      units.some(
        (unit) => unit.identifier === rule.identifier && unit.certifiers === rule.certifiers,
      ),
    );
    if (this.#units.length > 0 && !isOneOf) return 'it has no unit of the organisation';
    if (this.#settings.roles === undefined) return undefined;
    const ruleFor = new Map([...this.#roles.values()].map((rule) => [rule.identifier, rule]));
    const special = units.filter(({ identifier }) => ruleFor.has(identifier));
    const isElsewhere = ({ identifier, certifiers }: Unit): boolean =>
      !['', certifiers].includes(ruleFor.get(identifier)?.certifiers ?? '');
    if (special.slice(0, 2).some(isElsewhere)) return 'its unit is of another authority';
    return special.length === 1 ? undefined : 'its units do not say what it is';
  }

  /** Mirrors `hasOURoleInternal`. */
  #rolesOf(units: readonly Unit[]): UnitRole[] {
    return [...this.#roles]
      .filter(([, rule]) => units.some(({ identifier }) => identifier === rule.identifier))
      .map(([role]) => role);
  }

  /** Mirrors `finalizeSetupCAs`. @returns the authorities above others */
  #checkAuthorities(): ReadonlySet<string> {
    const { roots, intermediates } = this.#trusted;
    const bad = [...roots, ...intermediates].find(
      ({ extensions: { isAuthority, subjectKey } }) => isAuthority !== true || !subjectKey,
    );
    if (bad !== undefined) throw refused('An authority is none by its certificate', bad);
    const limited = [...roots, ...intermediates].find(
      ({ extensions }) => extensions.hasNameConstraints,
    );
    if (limited !== undefined)
      throw new ChannelError('unsupported', 'An authority is limited to some names');
    const chains = intermediates.map((each) => chainOf(each, this.#trusted));
    const revoked = chains.find((chain) => this.#revocations.revokes(chain[0], parentOf(chain)));
    if (revoked !== undefined) throw refused('An authority is revoked', revoked[0]);
    return new Set(
      chains.flatMap((chain) => chain.slice(1)).map(({ raw }) => raw.toString('base64')),
    );
  }

  /**
   * Mirrors `postSetupV142` and `setupAdminsV142`. Where units tell members apart, Fabric looks only at the unit of a listed
   * administrator, not whether it is revoked.
   */
  #checkAdmins(): void {
    const { admins, roles } = this.#settings;
    const isFitting = (pem: string): boolean =>
      roles === undefined ? this.identify(pem).valid : this.#isClientOrAdmin(certificateIn(pem));
    if (!admins.every(isFitting))
      throw new ChannelError('refused', `An administrator of ${this.mspId} has no place in it`);
    if (admins.length === 0 && !this.#roles.has('admin'))
      throw new ChannelError('refused', `${this.mspId} has no administrator`);
  }

  #isClientOrAdmin({ units }: Certificate): boolean {
    const places = [this.#roles.get('client'), this.#roles.get('admin')];
    return places.some((rule) => rule !== undefined && units.includes(rule.identifier));
  }

  #unitRoles(): ReadonlyMap<UnitRole, Unit> {
    const { roles } = this.#settings;
    return new Map(
      UNIT_ROLES.flatMap((role) => {
        const rule = roles?.[role];
        if (rule === undefined) return [];
        const anywhere = { identifier: rule.identifier, certifiers: '' };
        return [[role, rule.certificate === '' ? anywhere : this.#unitOf(rule)] as const];
      }),
    );
  }

  /** Mirrors `getCertifiersIdentifier`. */
  #unitOf({ identifier, certificate }: UnitRule): Unit {
    const authority = this.#sanitized(certificateIn(certificate));
    const { roots, intermediates } = this.#trusted;
    const isOwn = [...roots, ...intermediates].some(({ raw }) => raw.equals(authority.raw));
    if (!isOwn) throw refused('A unit is of no authority of the organisation', authority);
    return { identifier, certifiers: this.#certifiers(chainOf(authority, this.#trusted)) };
  }

  /** Mirrors `getCertificationChainIdentifierFromChain`. */
  #certifiers(authorities: readonly Certificate[]): string {
    const hash = createHash(HASHES[this.#settings.identityHash] ?? 'sha256');
    for (const { raw } of authorities) hash.update(raw);
    return hash.digest('hex');
  }

  /** Mirrors `sanitizeCert`. */
  #sanitized(certificate: Certificate): Certificate {
    const isRoot = isSignedBy(certificate, certificate);
    const issuer = isRoot ? certificate : parentOf(chainOf(certificate, this.#trusted));
    return sanitized(certificate, issuer);
  }
}
