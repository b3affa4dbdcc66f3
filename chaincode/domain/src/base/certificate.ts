// SPDX-License-Identifier: Apache-2.0
// X.509 certificates (RFC 5280): their one form as text, who issued them, and the attributes that Fabric CA puts into them.
import * as z from 'zod';
import { isIssued, parseCertificate, publicKeyInfo, type Certificate } from '../platform/x509.js';
import { derElements, derInside, type DerElement } from './der.js';

/** 1.2.3.4.5.6.7.8.1, encoded: where Fabric CA puts the attributes of an identity, as JSON. */
const ATTRIBUTES_OID = '2a03040506070801';

/** `[3] EXPLICIT Extensions` of a TBSCertificate. */
const EXTENSIONS = 0xa3;
const OCTET_STRING = 0x04;

/** By name; empty when the authority gave none. */
export type Attributes = Readonly<Record<string, string>>;

const content = z.object({ attrs: z.record(z.string(), z.string()) });

/** @returns the result of the work, or undefined when it throws. For input that others wrote. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/**
 * @param pem one certificate as `openssl x509` and Fabric CA write it, with no other text around it
 * @returns the certificate, or undefined for anything else. Of several certificates, one reader would take the first and
 * another the last.
 */
export function readCertificate(pem: string): Certificate | undefined {
  const certificate = attempt(() => parseCertificate(pem));
  return certificate?.toString() === pem ? certificate : undefined;
}

/** @returns whether the authority may certify and signed the certificate. */
export const isIssuedBy = (certificate: Certificate, authority: Certificate): boolean =>
  attempt(() => isIssued(certificate, authority)) ?? false;

/** @returns the certificate's key, base64 DER SubjectPublicKeyInfo; undefined for a key of an unknown kind. */
export const spkiOf = (certificate: Certificate): string | undefined =>
  attempt(() => publicKeyInfo(certificate).toString('base64'));

/** @throws {RangeError} when the bytes are not DER. */
function extensionsOf(der: Buffer): readonly DerElement[][] {
  const [signed] = derInside(derElements(der)[0]);
  const wrapper = derInside(signed).find(({ tag }) => tag === EXTENSIONS);
  return derInside(derInside(wrapper)[0]).map(derInside);
}

/** Two such extensions are ambiguous, so they count as none. */
function attributesIn(der: Buffer): Attributes | undefined {
  const [found, another] = extensionsOf(der).filter(
    ([id]) => id?.body.toString('hex') === ATTRIBUTES_OID,
  );
  const value = found?.at(-1);
  if (another !== undefined || value?.tag !== OCTET_STRING) return undefined;
  return content.parse(JSON.parse(value.body.toString('utf8'))).attrs;
}

/**
 * @param certificate the caller checks its signature, before or after this call
 * @returns the attributes that Fabric CA gave the identity, for example its `role`. Empty when they cannot be read.
 */
export const attributesOf = ({ raw }: Certificate): Attributes =>
  attempt(() => attributesIn(raw)) ?? {};
