// SPDX-License-Identifier: Apache-2.0
// Reads whom a client certificate names. TLS has verified the certificate.
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { attributesOf } from '@fabric-offline-pay/domain';

/** @returns the `role` attribute from the authority, or undefined. */
export const roleOf = (certificate: X509Certificate): string | undefined =>
  attributesOf(certificate)['role'];

/** @returns the `actor` attribute: for whom the holder acts on the ledger; undefined when the certificate names none. */
export const actorOf = (certificate: X509Certificate): string | undefined =>
  attributesOf(certificate)['actor'];

/**
 * @returns the subject's only common name, or undefined when there are none or several. Fabric CA always sets it to the registered
 * name, even if the holder asks for another subject.
 */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const name: unknown = certificate.toLegacyObject().subject.CN;
  return typeof name === 'string' ? name : undefined;
}

/** @returns the verified certificate of the other side, or undefined. */
export const peerCertificate = (socket: Socket): X509Certificate | undefined =>
  socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
