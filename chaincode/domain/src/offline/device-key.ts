// SPDX-License-Identifier: Apache-2.0
// P-256 keys in their two forms: x‖y of 64 bytes in certificates, SubjectPublicKeyInfo in rows.
import { ensure } from '../base/errors.js';
import { remembering } from '../base/remembering.js';
import { importDeviceKey, P256_SPKI_HEAD } from '../base/signature.js';
import { sha256, type PublicKey } from '../platform/crypto.js';

/** @returns base64 DER SubjectPublicKeyInfo of the point x‖y. It does not check that the point is on the curve. */
export const spkiOfPoint = (point: Uint8Array): string =>
  Buffer.concat([P256_SPKI_HEAD, point]).toString('base64');

/**
 * @param spki base64 DER SubjectPublicKeyInfo
 * @returns x‖y, 64 bytes
 * @throws {DomainError} OFFLINE_MALFORMED for anything but an uncompressed P-256 key.
 */
export function pointOfSpki(spki: string): Buffer {
  const der = Buffer.from(spki, 'base64');
  const head = der.subarray(0, P256_SPKI_HEAD.length);
  ensure(head.equals(P256_SPKI_HEAD) && importDeviceKey(spki) !== undefined, 'OFFLINE_MALFORMED', {
    field: 'publicKey',
    reason: 'no P-256 key',
  });
  return der.subarray(P256_SPKI_HEAD.length);
}

/** Reads a key from base64 SubjectPublicKeyInfo. Undefined unless it is a P-256 key. */
export type KeyReader = (spki: string) => PublicKey | undefined;

/** How many keys a reader remembers. Importing a key takes longer than verifying with it. */
const MOST_KEYS = 4096;

/** @returns a reader that remembers up to 4096 keys, because a batch has many vouchers of one device. */
export const keyReader = (): KeyReader => remembering(MOST_KEYS, importDeviceKey);

/** @returns the name of an issuer's key in signatures: the first 8 bytes of SHA-256 of its SubjectPublicKeyInfo. */
export const issuerKid = (spki: string): Buffer =>
  sha256(Buffer.from(spki, 'base64')).subarray(0, 8);
