// SPDX-License-Identifier: Apache-2.0
// ES256 signatures (RFC 7518 §3.4: P-256, SHA-256, r‖s of 64 bytes) with low S only, so that one signature has one form.
import { keyOfPoint, keyOfShortPoint, verifyP256, type PublicKey } from '../platform/crypto.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = Buffer.from(
  '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8',
  'hex',
);

/** DER before an uncompressed point of P-256: ecPublicKey, prime256v1, bit string (RFC 5480). */
export const P256_SPKI_HEAD = Buffer.from(
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  'hex',
);

/** @returns the bytes, or undefined unless the text is canonical base64. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** @returns the P-256 key, or undefined unless the text is its base64 DER (SubjectPublicKeyInfo) in the one canonical form. */
export function importDeviceKey(spki: string): PublicKey | undefined {
  const der = fromBase64(spki);
  const length = P256_SPKI_HEAD.length;
  return der?.length === length + 64 && der.subarray(0, length).equals(P256_SPKI_HEAD)
    ? keyOfPoint(der.subarray(length))
    : undefined;
}

/**
 * @param spki base64 DER SubjectPublicKeyInfo of a P-256 key
 * @returns base64 of the key as a compressed point (SEC 1, 2.3.3), 33 bytes
 */
export function shortKeyOf(spki: string): string {
  const point = Buffer.from(spki, 'base64').subarray(P256_SPKI_HEAD.length);
  const parity = 2 + ((point.at(-1) ?? 0) & 1);
  return Buffer.concat([Buffer.from([parity]), point.subarray(0, 32)]).toString('base64');
}

/** @returns the P-256 key, or undefined unless the text is base64 of a compressed point. */
export function importShortKey(short: string): PublicKey | undefined {
  const point = fromBase64(short);
  return point?.length === 33 ? keyOfShortPoint(point) : undefined;
}

/** @returns whether base64 DER (SubjectPublicKeyInfo) is a P-256 public key. */
export const isDeviceKey = (spki: string): boolean => importDeviceKey(spki) !== undefined;

const isLowS = (signature: Uint8Array): boolean => HALF_ORDER.compare(signature, 32, 64) >= 0;

/**
 * @param signature r‖s
 * @returns whether the key signed the bytes. False for a wrong length and for a high S.
 */
export const verifyBytes = (key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 && isLowS(signature) && verifyP256(key, bytes, signature);

/** @returns the same signature r‖s with low S, which is equally valid. */
export function withLowS(signature: Uint8Array): Buffer {
  const bytes = Buffer.from(signature);
  if (isLowS(bytes)) return bytes;
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  bytes.write((ORDER - s).toString(16).padStart(64, '0'), 32, 'hex');
  return bytes;
}

/**
 * @param signature base64 of r‖s, 64 bytes
 * @returns whether the key signed the UTF-8 text. False for any malformed part and for a high S.
 */
export function verifyText(key: PublicKey | undefined, text: string, signature: string): boolean {
  const bytes = fromBase64(signature);
  return (
    bytes !== undefined && key !== undefined && verifyBytes(key, Buffer.from(text, 'utf8'), bytes)
  );
}

/**
 * Like {@link verifyText}.
 * @param spki base64 DER SubjectPublicKeyInfo of a P-256 key
 */
export const verifyEs256 = (spki: string, text: string, signature: string): boolean =>
  verifyText(importDeviceKey(spki), text, signature);
