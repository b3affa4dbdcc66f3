// SPDX-License-Identifier: Apache-2.0
// Identities for tests: a real X.509 certificate with the attributes that Fabric CA puts into enrolment certificates.
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import * as der from './der';
import type { Creator } from './types';

/** Whom the certificate is for. `attributes` are added to role and actor. */
export interface CallerOptions {
  readonly mspId: string;
  readonly role?: string;
  readonly actor?: string;
  /** Common name; role and actor when absent. Two certificates of one name are of one identity. */
  readonly name?: string;
  /** Of the subject, which an authority takes from whoever asks for the certificate. */
  readonly organisation?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A client's identity, with its private key (P-256). */
export interface Caller extends Creator {
  readonly privateKey: KeyObject;
}

const ATTRIBUTES = '1.2.3.4.5.6.7.8.1';
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const ORGANISATIONAL_UNIT = '2.5.4.11';
const ECDSA_WITH_SHA256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'));
const VALID_FROM = new Date('2020-01-01T00:00:00Z');
const VALID_TO = new Date('2120-01-01T00:00:00Z');

const commonName = ({ mspId, role, actor, name: given }: CallerOptions): string =>
  given ?? ([role, actor].filter((part) => part !== undefined).join('-') || mspId);

const issuers = new Map<string, KeyObject>();

function newKeyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issuerKey(mspId: string): KeyObject {
  const known = issuers.get(mspId);
  if (known) return known;
  const { privateKey } = newKeyPair();
  issuers.set(mspId, privateKey);
  return privateKey;
}

function name(...parts: [oid: string, value: string][]): Buffer {
  const attributes = parts.map(([oid, value]) =>
    der.setOf(der.sequence(der.objectIdentifier(oid), der.utf8String(value))),
  );
  return der.sequence(...attributes);
}

const subjectOf = (options: CallerOptions): Buffer =>
  name(
    ...(options.organisation === undefined
      ? []
      : [[ORGANISATION, options.organisation] as [string, string]]),
    [ORGANISATIONAL_UNIT, 'client'],
    [COMMON_NAME, commonName(options)],
  );

function extensions(attributes: Readonly<Record<string, string>>): Buffer {
  const value = der.octetString(Buffer.from(JSON.stringify({ attrs: attributes })));
  return der.tagged(0xa3, der.sequence(der.sequence(der.objectIdentifier(ATTRIBUTES), value)));
}

function toBeSigned(options: CallerOptions, publicKey: KeyObject): Buffer {
  const { mspId, role, actor, attributes = {} } = options;
  const known = { ...(role !== undefined && { role }), ...(actor !== undefined && { actor }) };
  return der.sequence(
    der.tagged(0xa0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name([COMMON_NAME, `ca.${mspId}`]),
    der.sequence(der.time(VALID_FROM), der.time(VALID_TO)),
    subjectOf(options),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions({ ...known, ...attributes }),
  );
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * Makes an identity of `mspId` whose certificate carries `role`, `actor` and further attributes, signed by a
 * key of that organisation that lives as long as the process.
 */
export function makeCaller(options: CallerOptions): Caller {
  const { publicKey, privateKey } = newKeyPair();
  const body = toBeSigned(options, publicKey);
  const signature = sign('sha256', body, issuerKey(options.mspId));
  const certificate = toPem(der.sequence(body, ECDSA_WITH_SHA256, der.bitString(signature)));
  return { mspId: options.mspId, certificate, privateKey };
}
