// SPDX-License-Identifier: Apache-2.0
// ES256 signatures (RFC 7518 §3.4: P-256, SHA-256, r‖s of 64 bytes) with low S only, so that one signature has one form.
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** @returns the bytes of base64 in its one canonical form, else undefined. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** DER of every uncompressed P-256 SubjectPublicKeyInfo begins so (RFC 5480 §2): the curve's identifier, then the point. */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const P256_LENGTH = P256_PREFIX.length + 64;

/**
 * The prefix fixes algorithm, curve and length, so that a key has one form; OpenSSL checks that the point is on the curve.
 * It takes coordinates in little more than half of the time that it needs for DER.
 */
function publicKeyFrom(spki: string): KeyObject | undefined {
  const der = fromBase64(spki);
  if (der?.length !== P256_LENGTH || !der.subarray(0, P256_PREFIX.length).equals(P256_PREFIX))
    return undefined;
  try {
    const point = der.subarray(P256_PREFIX.length);
    const x = point.toString('base64url', 0, 32);
    const y = point.toString('base64url', 32);
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** @returns whether base64 DER (SubjectPublicKeyInfo) is a P-256 public key. */
export const isDeviceKey = (spki: string): boolean => publicKeyFrom(spki) !== undefined;

/**
 * @param spki base64 DER SubjectPublicKeyInfo of a P-256 key
 * @param signature base64 of r‖s, 64 bytes
 * @returns whether the signature is by that key over the UTF-8 text; false for every malformed part and for a high S.
 */
export function verifyEs256(spki: string, text: string, signature: string): boolean {
  const bytes = fromBase64(signature);
  if (bytes?.length !== 64 || toBigInt(bytes.subarray(32)) > HALF_ORDER) return false;
  const key = publicKeyFrom(spki);
  if (key === undefined) return false;
  return verify('sha256', Buffer.from(text, 'utf8'), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}

/** @returns base64 of r‖s with low S, over the UTF-8 text. */
export function signEs256(privateKey: KeyObject, text: string): string {
  const bytes = sign('sha256', Buffer.from(text, 'utf8'), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  const s = toBigInt(bytes.subarray(32));
  if (s > HALF_ORDER)
    Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex').copy(bytes, 32);
  return bytes.toString('base64');
}
