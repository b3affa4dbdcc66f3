// SPDX-License-Identifier: Apache-2.0
// Stands in for the domain's platform/x509.ts where there is no Node.js. It reads what authorities of Fabric write: keys of P-256,
// ECDSA with SHA-256, names written alike. Whatever else a certificate may be, it is believed by nobody here.
import { derElements, derInside, type Certificate, type X509Platform } from '@fabric-offline-pay/domain';
import { p256 } from '@noble/curves/nist.js';

/** The parts of a certificate, as DER. */
interface Parts extends Certificate {
  readonly signed: Buffer;
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  /** r and s, as DER; undefined when it was signed by another algorithm than {@link ECDSA_SHA256}. */
  readonly signature: Buffer | undefined;
  /** By object identifier. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

type Element = ReturnType<typeof derElements>[number];

const TAG = { boolean: 0x01, bits: 0x03, octets: 0x04, utcTime: 0x17, version: 0xa0 } as const;
const EXTENSIONS = 0xa3;
const KEY_ID = 0x80;
/** Version 3, within its tag. */
const VERSION_3 = '020102';

/** 1.2.840.10045.4.3.2, as an AlgorithmIdentifier (RFC 5758 §3.2). */
const ECDSA_SHA256 = '300a06082a8648ce3d040302';

/** Object identifiers of extensions (RFC 5280 §4.2.1). */
const OID = {
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  authorityKeyId: '551d23',
} as const;

/** Of the first byte of a key usage. */
const MAY_CERTIFY = 0x04;

function ensure(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new RangeError(reason);
}

function theElement(found: readonly Element[], at = 0): Element {
  const element = found[at];
  ensure(element !== undefined, 'A part is missing.');
  return element;
}

const onlyElement = (bytes: Buffer): Element => {
  const found = derElements(bytes);
  ensure(found.length === 1, 'Something stands behind it.');
  return theElement(found);
};

/** Bits in whole bytes, as keys and signatures are. */
function bitsOf({ tag, body }: Element): Buffer {
  ensure(tag === TAG.bits && body[0] === 0, 'These are no whole bytes.');
  return body.subarray(1);
}

/** @returns the time as text of RFC 9110, which `Date.parse` reads everywhere. */
function timeOf({ tag, body }: Element): string {
  const text = body.toString('latin1');
  const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
  const full = tag === TAG.utcTime ? century + text : text;
  const [, year, ...rest] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  ensure(year !== undefined, 'This is no time.');
  const [month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = rest.map(Number);
  return new Date(Date.UTC(Number(year), month - 1, day, hours, minutes, seconds)).toUTCString();
}

function extensionsOf(wrapper: Element | undefined): ReadonlyMap<string, Buffer> {
  const extensions = new Map<string, Buffer>();
  if (wrapper === undefined) return extensions;
  for (const extension of derInside(onlyElement(wrapper.body))) {
    const parts = derInside(extension);
    const oid = theElement(parts).body.toString('hex');
    const value = theElement(parts, parts.length - 1);
    ensure(value.tag === TAG.octets && !extensions.has(oid), 'An extension stands there twice.');
    extensions.set(oid, value.body);
  }
  return extensions;
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const label = 'CERTIFICATE';
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function mayCertify(extensions: ReadonlyMap<string, Buffer>): boolean {
  const constraints = extensions.get(OID.basicConstraints);
  const [isAuthority] = constraints ? derInside(onlyElement(constraints)) : [];
  const usage = extensions.get(OID.keyUsage);
  const [, bits = 0] = usage ? onlyElement(usage).body : [0, MAY_CERTIFY];
  return (
    isAuthority?.tag === TAG.boolean && isAuthority.body[0] === 0xff && (bits & MAY_CERTIFY) !== 0
  );
}

function parsed(pem: string): Parts {
  const body = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n$/;
  const raw = Buffer.from(body.exec(pem)?.[1] ?? '', 'base64');
  const [signed, algorithm, signature] = derInside(onlyElement(raw));
  ensure(signed !== undefined && algorithm !== undefined && signature !== undefined, 'Cut short.');
  const [version, , inner, issuer, validity, subject, publicKey, ...rest] = derInside(signed);
  ensure(version?.tag === TAG.version && version.body.toString('hex') === VERSION_3, 'Not of v3.');
  ensure(inner !== undefined && issuer !== undefined && subject !== undefined, 'Cut short.');
  ensure(publicKey !== undefined, 'Cut short.');
  const algorithms = [inner, algorithm].map(({ whole }) => whole.toString('hex'));
  const extensions = extensionsOf(rest.find(({ tag }) => tag === EXTENSIONS));
  const [from, to] = derInside(validity);
  ensure(from !== undefined && to !== undefined, 'Cut short.');
  return {
    ...{ raw, extensions, signed: signed.whole, publicKey: publicKey.whole },
    ...{ issuer: issuer.whole, subject: subject.whole },
    ca: mayCertify(extensions),
    signature: algorithms.every((each) => each === ECDSA_SHA256) ? bitsOf(signature) : undefined,
    validFrom: timeOf(from),
    validTo: timeOf(to),
    toString: () => pemOf(raw),
  };
}

/** Every certificate was made by {@link parsed}. */
const partsOf = (certificate: Certificate): Parts => certificate as Parts;

/** Where both name the authority's key, they must name the same. Other ways to name it are not read. */
function namesKeyOf(certificate: Parts, authority: Parts): boolean {
  const named = certificate.extensions.get(OID.authorityKeyId);
  const own = authority.extensions.get(OID.subjectKeyId);
  if (named === undefined) return true;
  const [keyId, ...more] = derInside(onlyElement(named));
  if (keyId?.tag !== KEY_ID || more.length > 0) return false;
  return own === undefined || onlyElement(own).body.equals(keyId.body);
}

function isSignedBy({ signature, signed }: Parts, { publicKey }: Parts): boolean {
  const [, point] = derInside(onlyElement(publicKey));
  return (
    signature !== undefined &&
    point !== undefined &&
    p256.verify(signature, signed, bitsOf(point), { format: 'der', lowS: false })
  );
}

export const parseCertificate: X509Platform['parseCertificate'] = parsed;

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
