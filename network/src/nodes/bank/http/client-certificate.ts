// SPDX-License-Identifier: Apache-2.0
// Who a client certificate names, read from what TLS has verified.
import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import * as z from 'zod';
import { certificateExtension } from './der.js';

/** 1.2.3.4.5.6.7.8.1: where Fabric CA puts the attributes of an identity, as JSON. */
const ATTRIBUTES_OID = '2a03040506070801';

const attributes = z.object({ attrs: z.record(z.string(), z.string()) });

/** @returns the `role` attribute that the authority gave, or undefined. */
export function roleOf(certificate: X509Certificate): string | undefined {
  const value = certificateExtension(certificate.raw, ATTRIBUTES_OID);
  if (value === undefined) return undefined;
  return attributes.parse(JSON.parse(value.toString('utf8'))).attrs['role'];
}

/**
 * @returns the subject's one common name, which Fabric CA makes the name that was registered, whatever else a holder asks to have in
 * its subject; undefined when there are none or several.
 */
export function nameOf(certificate: X509Certificate): string | undefined {
  const name: unknown = certificate.toLegacyObject().subject.CN;
  return typeof name === 'string' ? name : undefined;
}

/** @returns the verified certificate at the other end, or undefined. */
export const peerCertificate = (socket: Socket): X509Certificate | undefined =>
  socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
