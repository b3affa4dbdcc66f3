// SPDX-License-Identifier: Apache-2.0
// A certificate as an organisation's membership rules look at it: names, dates, units, and what its extensions allow.
import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { derElements, derInside, type DerElement } from '@fabric-offline-pay/domain';
import { ChannelError, readable } from './channel-error.js';
import { BIT_STRING, derElement, derSignature, INTEGER, SEQUENCE } from './der-writer.js';
import { signatureNumbers, withLowS } from './signatures.js';

/** The fields of an X.509 certificate that decide whether it counts. */
export interface Certificate {
  /** DER. */
  readonly raw: Buffer;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** The names in DER: they are compared byte by byte. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  /** Hex, without leading zeros. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly units: readonly string[];
  /** SubjectPublicKeyInfo, DER. */
  readonly key: Buffer;
  readonly extensions: Extensions;
}

/** What the extensions say. Object identifiers are hex. */
export interface Extensions {
  /** Undefined without basic constraints. */
  readonly isAuthority: boolean | undefined;
  /** How many authorities may stand between this one and a member; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Whether nothing forbids the key to sign certificates. */
  readonly maySignCertificates: boolean;
  /** Empty: any purpose. */
  readonly purposes: readonly string[];
  /** Hex. */
  readonly subjectKey: string | undefined;
  /** Hex; empty: none. */
  readonly alternativeName: string;
  readonly hasNameConstraints: boolean;
  /** Critical ones that Go's library does not know either. */
  readonly unknownCritical: readonly string[];
}

/** Object identifiers, encoded. */
const OID = {
  unit: '55040b',
  subjectKey: '551d0e',
  keyUsage: '551d0f',
  alternativeName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  distributionPoints: '551d1f',
  policies: '551d20',
  authorityKey: '551d23',
  purposes: '551d25',
  authorityAccess: '2b06010505070101',
} as const;

const KNOWN: ReadonlySet<string> = new Set(Object.values(OID));
const EXTENSIONS = 0xa3;
const VERSION = 0xa0;
const BOOLEAN = 0x01;
/** The sixth bit of a key's usage: to sign certificates. */
const SIGNS_CERTIFICATES = 0x04;

const hex = (element: DerElement | undefined): string => element?.body.toString('hex') ?? '';

/** @returns SHA-256 of a certificate or list, hex: how it is named in texts. */
export const fingerprintOf = (raw: Uint8Array): string =>
  createHash('sha256').update(raw).digest('hex');

interface ExtensionField {
  readonly isCritical: boolean;
  readonly value: Buffer;
}

function extensionFields(tbs: readonly DerElement[]): ReadonlyMap<string, ExtensionField> {
  const wrapper = tbs.find(({ tag }) => tag === EXTENSIONS);
  const list = derInside(derInside(wrapper)[0]).map(derInside);
  const fields = new Map(
    list.map((parts) => [
      hex(parts[0]),
      {
        isCritical: parts[1]?.tag === BOOLEAN && parts[1].body[0] !== 0,
        value: parts.at(-1)?.body ?? Buffer.alloc(0),
      },
    ]),
  );
  if (fields.size !== list.length)
    throw new ChannelError('unreadable', 'A certificate says a thing twice');
  return fields;
}

const only = (value: Buffer | undefined): DerElement | undefined =>
  value === undefined ? undefined : derElements(value)[0];

function constraintsIn(value: Buffer | undefined) {
  if (value === undefined) return { isAuthority: undefined, pathLength: undefined };
  const parts = derInside(only(value));
  const flag = parts.find(({ tag }) => tag === BOOLEAN);
  const length = parts.find(({ tag }) => tag === INTEGER);
  return {
    isAuthority: flag !== undefined && flag.body[0] !== 0,
    pathLength: length && parseInt(hex(length), 16),
  };
}

function extensionsIn(tbs: readonly DerElement[]): Extensions {
  const fields = extensionFields(tbs);
  const value = (oid: string): Buffer | undefined => fields.get(oid)?.value;
  const usage = only(value(OID.keyUsage))?.body;
  return {
    ...constraintsIn(value(OID.basicConstraints)),
    maySignCertificates: usage === undefined || ((usage[1] ?? 0) & SIGNS_CERTIFICATES) !== 0,
    purposes: derInside(only(value(OID.purposes))).map(hex),
    subjectKey: only(value(OID.subjectKey))?.body.toString('hex'),
    alternativeName: value(OID.alternativeName)?.toString('hex') ?? '',
    hasNameConstraints: fields.has(OID.nameConstraints),
    unknownCritical: [...fields]
      .filter(([oid, { isCritical }]) => isCritical && !KNOWN.has(oid))
      .map(([oid]) => oid),
  };
}

const unitsIn = (subject: DerElement): string[] =>
  derInside(subject)
    .flatMap(derInside)
    .map(derInside)
    .filter(([oid]) => hex(oid) === OID.unit)
    .map(([, value]) => value?.body.toString('utf8') ?? '');

/** @returns what is signed, how, and the signature. */
function partsOf(raw: Buffer): readonly [DerElement, DerElement, DerElement] {
  const elements = derElements(raw);
  const [tbs, algorithm, signature] = derInside(elements[0]);
  if (elements.length !== 1 || !tbs || !algorithm || !signature)
    throw new ChannelError('unreadable', 'These bytes are no certificate');
  return [tbs, algorithm, signature];
}

function read(raw: Buffer): Certificate {
  const x509 = new X509Certificate(raw);
  const tbs = derInside(partsOf(raw)[0]);
  const [serial, , issuer, , subject, key] = tbs[0]?.tag === VERSION ? tbs.slice(1) : tbs;
  if (!serial || !issuer || !subject || !key)
    throw new ChannelError('unreadable', 'A certificate lacks a name or a key');
  return {
    raw,
    x509,
    // Read at once: a key that is none makes the certificate unreadable, as Go's library sees it.
    publicKey: x509.publicKey,
    subject: subject.whole,
    issuer: issuer.whole,
    serial: hex(serial).replace(/^0+(?=.)/, ''),
    from: Date.parse(x509.validFrom),
    until: Date.parse(x509.validTo),
    units: unitsIn(subject),
    key: key.whole,
    extensions: extensionsIn(tbs),
  };
}

const BLOCK = /-----BEGIN ([^\n-]*)-----\s([A-Za-z0-9+/=\s]*)-----END \1-----/;

/** @returns the bytes of the first block of a PEM file, as Go's `pem.Decode` finds it; undefined: there is none */
export function pemContent(text: string): Buffer | undefined {
  const body = BLOCK.exec(text)?.[2];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}

/**
 * @param pem what stands around the first certificate does not count, as Fabric reads it
 * @throws {ChannelError} unreadable
 */
export const certificateIn = (pem: string): Certificate =>
  readable('A certificate', () => {
    const raw = pemContent(pem);
    if (raw === undefined) throw new ChannelError('unreadable', 'This is no certificate');
    return read(raw);
  });

/**
 * Whoever holds a certificate can write its issuer's signature in a second way. Fabric compares certificates only after it has
 * brought that signature into its one form: `sanitizeECDSASignedCert` in msp/cert.go.
 * @throws {ChannelError} unsupported, when the issuer's key is of another kind
 */
export function sanitized(certificate: Certificate, issuer: Certificate): Certificate {
  const [tbs, algorithm, signature] = partsOf(certificate.raw);
  const numbers = signatureNumbers(signature.body.subarray(1));
  const low = numbers && withLowS(numbers, issuer.publicKey);
  if (low === undefined)
    throw new ChannelError('unsupported', 'A certificate is signed with another kind of key');
  if (low.s === numbers?.s) return certificate;
  const bits = derElement(BIT_STRING, Buffer.from([0]), derSignature(low));
  return read(derElement(SEQUENCE, tbs.whole, algorithm.whole, bits));
}
