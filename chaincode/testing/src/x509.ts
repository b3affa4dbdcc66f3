// SPDX-License-Identifier: Apache-2.0
// X.509 certificates for tests, as an authority might sign them: any issuer, any subject, any extensions.
import { randomBytes, sign, type KeyObject } from 'node:crypto';
import * as der from './der';

/** An object identifier, dotted, and the value. */
export type NamePart = readonly [oid: string, value: string];

/** An extension of a certificate. */
export interface CertificateExtension {
  readonly oid: string;
  /** The content of the extension's octet string. */
  readonly value: Uint8Array;
}

export interface CertificateContent {
  readonly subject: readonly NamePart[];
  readonly issuer: readonly NamePart[];
  readonly publicKey: KeyObject;
  readonly extensions?: readonly CertificateExtension[];
}

/** Object identifier of a subject's common name. */
export const COMMON_NAME = '2.5.4.3';

/** Where Fabric CA puts the attributes of an identity. */
const ATTRIBUTES = '1.2.3.4.5.6.7.8.1';
const BASIC_CONSTRAINTS = '2.5.29.19';
const ECDSA_WITH_SHA256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
const VALID_FROM = new Date('2020-01-01T00:00:00Z');
const VALID_TO = new Date('2120-01-01T00:00:00Z');

/** The extension that makes a certificate an authority's. */
export const AUTHORITY: CertificateExtension = {
  oid: BASIC_CONSTRAINTS,
  value: der.sequence(der.tagged(0x01, Buffer.from([0xff]))),
};

/** @param text JSON, unless a test needs something else. @returns the attributes as Fabric CA writes them */
export const attributesExtension = (text: string): CertificateExtension => ({
  oid: ATTRIBUTES,
  value: Buffer.from(text),
});

const name = (parts: readonly NamePart[]): Buffer =>
  der.sequence(
    ...parts.map(([oid, value]) =>
      der.setOf(der.sequence(der.objectIdentifier(oid), der.utf8String(value))),
    ),
  );

const extension = ({ oid, value }: CertificateExtension): Buffer =>
  der.sequence(der.objectIdentifier(oid), der.octetString(value));

function toBeSigned({ subject, issuer, publicKey, extensions = [] }: CertificateContent): Buffer {
  const list = der.tagged(0xa3, der.sequence(...extensions.map(extension)));
  return der.sequence(
    der.tagged(0xa0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name(issuer),
    der.sequence(der.time(VALID_FROM), der.time(VALID_TO)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [list]),
  );
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** @param signer private key of the issuer, P-256. @returns the certificate as PEM */
export function makeCertificate(content: CertificateContent, signer: KeyObject): string {
  const body = toBeSigned(content);
  const signature = sign('sha256', body, signer);
  return toPem(der.sequence(body, ECDSA_WITH_SHA256, der.bitString(signature)));
}
