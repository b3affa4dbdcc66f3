// SPDX-License-Identifier: Apache-2.0
// Replaces the domain's platform/x509.ts where there is no Node.js. It reads what Fabric's authorities write: P-256 keys, ECDSA
// with SHA-256, names encoded alike. It trusts no certificate of another form. Of the authority's own certificate, which the bank
// hands out, it reads only what it needs.
import {
  derElements,
  derInside,
  importDeviceKey,
  type Certificate,
  type X509Platform,
} from '@fabric-offline-pay/domain';
import { p256 } from '@noble/curves/nist.js';

/** The parts of a certificate, as DER. */
interface CertificateParts extends Certificate {
  readonly signed: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  /** r and s, as DER. Undefined when it was signed by another algorithm than {@link ECDSA_SHA256}. */
  readonly signature: Buffer | undefined;
  /** By object identifier. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

type Element = ReturnType<typeof derElements>[number];

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  keyId: 0x80,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Version 3 within its tag, and the value TRUE. */
const VERSION_3 = 'a003020102';
const TRUE = '0101ff';

/** 1.2.840.10045.4.3.2, as an AlgorithmIdentifier (RFC 5758 §3.2). */
const ECDSA_SHA256 = '300a06082a8648ce3d040302';

/** Object identifiers of extensions (RFC 5280 §4.2.1). */
const OID = {
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  authorityKeyId: '551d23',
} as const;

/** Length of an uncompressed point, in bytes. */
const POINT = 65;

/** A bit in the first byte of a key usage. */
const MAY_CERTIFY = 0x04;

function ensure(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new RangeError(reason);
}

const hexOf = ({ whole }: Element): string => whole.toString('hex');

/** @throws {RangeError} unless the element has this tag. */
function ensureTag(element: Element | undefined, tag: number): Element {
  ensure(element?.tag === tag, 'A part is missing or has another tag.');
  return element;
}

/** @returns the single element that the bytes consist of. */
function whole(bytes: Buffer, tag: number): Element {
  const found = derElements(bytes);
  ensure(found.length === 1, 'There are bytes after the element.');
  return ensureTag(found[0], tag);
}

/** A bit string of whole bytes, as keys and signatures are. */
function bitsOf(element: Element | undefined): Buffer {
  const { body } = ensureTag(element, TAG.bits);
  ensure(body[0] === 0, 'The bit string is not made of whole bytes.');
  return body.subarray(1);
}

/** @returns the time as text of RFC 9110, which `Date.parse` reads everywhere. */
function timeOf(element: Element | undefined): string {
  ensure(element !== undefined, 'A time is missing.');
  const { tag, body } = ensureTag(element, element.tag === TAG.utcTime ? TAG.utcTime : TAG.time);
  const text = body.toString('latin1');
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const full = tag === TAG.utcTime ? century + text : text;
  const [, year, ...rest] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  ensure(year !== undefined, 'The time is malformed.');
  const [month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = rest.map(Number);
  return new Date(Date.UTC(Number(year), month - 1, day, hours, minutes, seconds)).toUTCString();
}

/** @returns object identifier and value. */
function extensionOf(element: Element): readonly [oid: string, value: Buffer] {
  const parts = derInside(ensureTag(element, TAG.sequence));
  const [oid, critical] = parts;
  ensure(parts.length <= 3 && parts.length >= 2, 'An extension does not have two or three parts.');
  ensure(
    parts.length === 2 || (critical && hexOf(critical)) === TRUE,
    'The critical flag is malformed.',
  );
  return [ensureTag(oid, TAG.oid).body.toString('hex'), ensureTag(parts.at(-1), TAG.octets).body];
}

function extensionsOf(all: readonly Element[]): ReadonlyMap<string, Buffer> {
  const entries = all.map(extensionOf);
  const extensions = new Map(entries);
  ensure(extensions.size === entries.length, 'An extension occurs twice.');
  return extensions;
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'CERTIFICATE';
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function mayCertify(extensions: ReadonlyMap<string, Buffer>): boolean {
  const constraints = extensions.get(OID.basicConstraints);
  const [isAuthority] = constraints ? derInside(whole(constraints, TAG.sequence)) : [];
  const usage = extensions.get(OID.keyUsage);
  const [, bits = 0] = usage ? whole(usage, TAG.bits).body : [0, MAY_CERTIFY];
  return isAuthority !== undefined && hexOf(isAuthority) === TRUE && (bits & MAY_CERTIFY) !== 0;
}

const PEM = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n$/;

/** The parts of the signed content. */
function signedParts(signed: Element) {
  const [version, serial, algorithm, issuer, validity, subject, publicKey, extensions, ...more] =
    derInside(signed);
  ensure(more.length === 0 && version !== undefined, 'The signed content has other parts.');
  ensure(hexOf(version) === VERSION_3, 'The certificate is not of version 3.');
  ensureTag(serial, TAG.integer);
  const [from, to, ...times] = derInside(ensureTag(validity, TAG.sequence));
  ensure(times.length === 0, 'The validity has more than two times.');
  return {
    algorithm: ensureTag(algorithm, TAG.sequence),
    issuer: ensureTag(issuer, TAG.sequence).whole,
    subject: ensureTag(subject, TAG.sequence).whole,
    publicKey: ensureTag(publicKey, TAG.sequence).whole,
    extensions: extensionsOf(
      derInside(whole(ensureTag(extensions, TAG.extensions).body, TAG.sequence)),
    ),
    validFrom: timeOf(from),
    validTo: timeOf(to),
  };
}

function parse(pem: string): CertificateParts {
  const raw = Buffer.from(PEM.exec(pem)?.[1] ?? '', 'base64');
  const [first, outer, signature, ...more] = derInside(whole(raw, TAG.sequence));
  ensure(outer !== undefined && more.length === 0, 'The certificate has other parts.');
  const signed = ensureTag(first, TAG.sequence);
  const { algorithm, ...parts } = signedParts(signed);
  const bits = bitsOf(signature);
  const isKnown = [algorithm, outer].every((each) => hexOf(each) === ECDSA_SHA256);
  return {
    ...parts,
    raw,
    signed: signed.whole,
    ca: mayCertify(parts.extensions),
    signature: isKnown ? bits : undefined,
    toString: () => pemOf(raw),
  };
}

/** Every certificate here was made by {@link parse}. */
const partsOf = (certificate: Certificate): CertificateParts => certificate as CertificateParts;

/** If both name the authority's key, they must name the same one. Other ways to name it are ignored. */
function namesKeyOf(certificate: CertificateParts, authority: CertificateParts): boolean {
  const named = certificate.extensions.get(OID.authorityKeyId);
  const own = authority.extensions.get(OID.subjectKeyId);
  if (named === undefined) return true;
  const [keyId, ...more] = derInside(whole(named, TAG.sequence));
  if (keyId?.tag !== TAG.keyId || more.length > 0) return false;
  return own === undefined || whole(own, TAG.octets).body.equals(keyId.body);
}

function isSignedBy(
  { signature, signed }: CertificateParts,
  { publicKey }: CertificateParts,
): boolean {
  const key = importDeviceKey(publicKey.toString('base64'));
  const point = publicKey.subarray(-POINT);
  return (
    signature !== undefined &&
    key !== undefined &&
    p256.verify(signature, signed, point, { format: 'der', lowS: false })
  );
}

export const parseCertificate: X509Platform['parseCertificate'] = parse;

export const isIssued: X509Platform['isIssued'] = (certificate, authority) => {
  const [child, parent] = [partsOf(certificate), partsOf(authority)];
  return (
    parent.ca &&
    child.issuer.equals(parent.subject) &&
    namesKeyOf(child, parent) &&
    isSignedBy(child, parent)
  );
};

export const publicKeyInfo: X509Platform['publicKeyInfo'] = (certificate) =>
  partsOf(certificate).publicKey;
