// SPDX-License-Identifier: Apache-2.0
// The cryptography that the domain needs: a digest, and verification with P-256 keys. This module uses Node.js' own, because
// endorsers spend most of their time in it. Without Node.js, sdk/src/offline/browser/crypto.ts takes its place. The callers
// decide, for both modules, which forms of a key or a signature are valid.
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';

/** Only this module looks inside. */
export type PublicKey = KeyObject;

/** @returns SHA-256 of the bytes or UTF-8 text. */
export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer');

/** @returns SHA-256 of the bytes or UTF-8 text, 64 lower-case hex digits. */
export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data);

/** @returns the key of a point x‖y, undefined unless it lies on the curve. This is faster than parsing DER. */
export function keyOfPoint(point: Buffer): PublicKey | undefined {
  const [x, y] = [point.toString('base64url', 0, 32), point.toString('base64url', 32)];
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** DER before a compressed point of P-256. */
const SHORT_SPKI_HEAD = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');

/** @returns the key of a compressed point (SEC 1, 2.3.3) of 33 bytes, undefined unless it lies on the curve. */
export function keyOfShortPoint(point: Buffer): PublicKey | undefined {
  try {
    const key = Buffer.concat([SHORT_SPKI_HEAD, point]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

const SCALAR = 32;

/** Writes 32 bytes as a DER integer: without leading zeros, but with one zero before a high bit. @returns its end */
function putInteger(der: Buffer, at: number, scalar: Uint8Array): number {
  let zeros = 0;
  while (zeros < SCALAR - 1 && scalar[zeros] === 0) zeros += 1;
  const pad = (scalar[zeros] ?? 0) >> 7;
  const length = SCALAR - zeros + pad;
  der[at] = 0x02;
  der[at + 1] = length;
  der[at + 2] = 0;
  der.set(scalar.subarray(zeros), at + 2 + pad);
  return at + 2 + length;
}

/**
 * @param signature r‖s
 * @returns ECDSA-Sig-Value (RFC 3279 §2.2.3). Node.js also takes r‖s, but is then nearly half as slow again, because it asks
 * the key for the length of its numbers each time.
 */
function derOf(signature: Uint8Array): Buffer {
  const der = Buffer.alloc(2 * (SCALAR + 3) + 2, 0x30);
  const middle = putInteger(der, 2, signature.subarray(0, SCALAR));
  const end = putInteger(der, middle, signature.subarray(SCALAR));
  der[1] = end - 2;
  return der.subarray(0, end);
}

/**
 * @param signature r‖s, 64 bytes; a high S is accepted too
 * @returns whether the key signed the SHA-256 of the bytes.
 */
export const verifyP256 = (key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify('sha256', bytes, key, derOf(signature));

/** A replacement for this module must offer the same. */
export interface CryptoPlatform {
  /** SHA-256 of bytes or UTF-8 text. */
  readonly sha256: typeof sha256;
  /** The same as 64 lower-case hex digits. */
  readonly sha256Hex: typeof sha256Hex;
  /** The key of a point x‖y; undefined unless it lies on the curve. */
  readonly keyOfPoint: typeof keyOfPoint;
  /** The key of a compressed point of 33 bytes; undefined unless it lies on the curve. */
  readonly keyOfShortPoint: typeof keyOfShortPoint;
  /** Whether the key made the signature r‖s over the SHA-256 of the bytes. */
  readonly verifyP256: typeof verifyP256;
}
