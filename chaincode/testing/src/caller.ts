// SPDX-License-Identifier: Apache-2.0
// Identities for tests: a real X.509 certificate with the attributes that Fabric CA puts into enrolment certificates.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Creator } from './types';
import {
  attributesExtension,
  COMMON_NAME,
  makeCertificate,
  type CertificateExtension,
  type NamePart,
} from './x509';

/** The content of the certificate. `attributes` are added to role and actor. */
export interface CallerOptions {
  readonly mspId: string;
  readonly role?: string;
  readonly actor?: string;
  /** Common name. Default: role and actor. Two certificates with one name are of one identity. */
  readonly name?: string;
  /** Organisation in the subject. An authority copies it from the request for the certificate. */
  readonly organisation?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A client's identity, with its private key (P-256). */
export interface Caller extends Creator {
  readonly privateKey: KeyObject;
}

const ORGANISATION = '2.5.4.10';
const ORGANISATIONAL_UNIT = '2.5.4.11';

const commonName = ({ mspId, role, actor, name: given }: CallerOptions): string =>
  given ?? ([role, actor].filter((part) => part !== undefined).join('-') || mspId);

const issuerKeys = new Map<string, KeyObject>();

function newKeyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issuerKey(mspId: string): KeyObject {
  const known = issuerKeys.get(mspId);
  if (known) return known;
  const { privateKey } = newKeyPair();
  issuerKeys.set(mspId, privateKey);
  return privateKey;
}

const subjectOf = (options: CallerOptions): NamePart[] => [
  ...(options.organisation === undefined ? [] : [[ORGANISATION, options.organisation] as const]),
  [ORGANISATIONAL_UNIT, 'client'],
  [COMMON_NAME, commonName(options)],
];

function attributesOf({ role, actor, attributes = {} }: CallerOptions): CertificateExtension {
  const known = { ...(role !== undefined && { role }), ...(actor !== undefined && { actor }) };
  return attributesExtension(JSON.stringify({ attrs: { ...known, ...attributes } }));
}

/**
 * Makes an identity of `mspId`. Its certificate carries `role`, `actor` and further attributes. A key of that organisation,
 * which lives as long as the process, signs it.
 */
export function makeCaller(options: CallerOptions): Caller {
  const { publicKey, privateKey } = newKeyPair();
  const content = {
    subject: subjectOf(options),
    issuer: [[COMMON_NAME, `ca.${options.mspId}`] as const],
    publicKey,
    extensions: [attributesOf(options)],
  };
  const certificate = makeCertificate(content, issuerKey(options.mspId));
  return { mspId: options.mspId, certificate, privateKey };
}
