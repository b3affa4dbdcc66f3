// SPDX-License-Identifier: Apache-2.0
// Who a client certificate names, read from what TLS has verified.
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { attributesOf } from '@fabric-offline-pay/domain';

/** @returns the `role` attribute that the authority gave, or undefined. */
export const roleOf = (certificate: X509Certificate): string | undefined =>
  attributesOf(certificate)['role'];

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
