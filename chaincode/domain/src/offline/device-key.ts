// SPDX-License-Identifier: Apache-2.0
// P-256 keys in their two forms: x‖y of 64 bytes in certificates, SubjectPublicKeyInfo in rows.
import { createHash, type KeyObject } from 'node:crypto';
import { ensure } from '../base/errors.js';
import { importDeviceKey } from '../base/signature.js';

/** DER before the point: ecPublicKey, prime256v1, bit string, uncompressed (RFC 5480). */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

/** @returns base64 DER SubjectPublicKeyInfo of the point x‖y; whether it lies on the curve is not asked. */
export const spkiOfPoint = (point: Uint8Array): string =>
  Buffer.concat([SPKI_HEAD, point]).toString('base64');

/**
 * @param spki base64 DER SubjectPublicKeyInfo
 * @returns x‖y, 64 bytes
 * @throws {DomainError} OFFLINE_MALFORMED for anything but an uncompressed P-256 key.
 */
export function pointOfSpki(spki: string): Buffer {
  const der = Buffer.from(spki, 'base64');
  const head = der.subarray(0, SPKI_HEAD.length);
  ensure(head.equals(SPKI_HEAD) && importDeviceKey(spki) !== undefined, 'OFFLINE_MALFORMED', {
    field: 'publicKey',
    reason: 'no P-256 key',
  });
  return der.subarray(SPKI_HEAD.length);
}

/** Gives the key of base64 SubjectPublicKeyInfo, or undefined when it is none of P-256. */
export type KeyReader = (spki: string) => KeyObject | undefined;

/** @returns a reader that imports each key once: a batch has many vouchers of one device. */
export function keyReader(): KeyReader {
  const known = new Map<string, KeyObject | undefined>();
  return (spki) => {
    if (!known.has(spki)) known.set(spki, importDeviceKey(spki));
    return known.get(spki);
  };
}

/** @returns how signatures name an issuer's key: the first 8 bytes of SHA-256 of its SubjectPublicKeyInfo. */
export const issuerKid = (spki: string): Buffer =>
  createHash('sha256').update(Buffer.from(spki, 'base64')).digest().subarray(0, 8);
