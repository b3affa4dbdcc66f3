// SPDX-License-Identifier: Apache-2.0
// Who calls: read from the client certificate that TLS has verified.
import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import * as z from 'zod';
import { certificateExtension } from './der.js';

/** 1.2.3.4.5.6.7.8.1: where Fabric CA puts the attributes of an identity, as JSON. */
const ATTRIBUTES_OID = '2a03040506070801';

const attributes = z.object({ attrs: z.record(z.string(), z.string()) });

const OPERATOR = 'operator';

/** @returns the `role` attribute that the bank's Fabric CA gave, or undefined. */
export function roleOf(certificate: X509Certificate): string | undefined {
  const value = certificateExtension(certificate.raw, ATTRIBUTES_OID);
  if (value === undefined) return undefined;
  return attributes.parse(JSON.parse(value.toString('utf8'))).attrs['role'];
}

/** @returns the common names of the subject; multi-valued subjects stand on one line each. */
const commonNames = (certificate: X509Certificate): string[] =>
  certificate.subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice('CN='.length));

/** A name that holds separators of {@link commonNames} could pretend to be another. */
const isPlain = (certificate: X509Certificate): boolean =>
  /^[\w.=\-\n ]*$/.test(certificate.subject);

/**
 * Whether the certificate is the bank's operator: by the attribute `role=operator` of the bank's Fabric CA, or, where a TLS
 * authority issues no attributes, by a common name that the configuration lists.
 */
export function isOperator(
  certificate: X509Certificate,
  operatorNames: readonly string[],
): boolean {
  if (roleOf(certificate) === OPERATOR) return true;
  return (
    isPlain(certificate) && commonNames(certificate).some((name) => operatorNames.includes(name))
  );
}

/** @returns the verified certificate at the other end, or undefined. */
export const peerCertificate = (socket: Socket): X509Certificate | undefined =>
  socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
