// SPDX-License-Identifier: Apache-2.0
// ES256 signatures (RFC 7518 §3.4: P-256, SHA-256, r‖s of 64 bytes) with low S only, so that one signature has one form.
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

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

/** @returns the bytes of base64 in its one canonical form, else undefined. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** @returns the key of a point x‖y, undefined unless it lies on the curve. Faster than by way of DER. */
function pointKey(point: Buffer): KeyObject | undefined {
  const [x, y] = [point.toString('base64url', 0, 32), point.toString('base64url', 32)];
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** @returns the P-256 key of base64 DER (SubjectPublicKeyInfo) in its one form, else undefined. */
export function importDeviceKey(spki: string): KeyObject | undefined {
  const der = fromBase64(spki);
  const length = P256_SPKI_HEAD.length;
  return der?.length === length + 64 && der.subarray(0, length).equals(P256_SPKI_HEAD)
    ? pointKey(der.subarray(length))
    : undefined;
}

/** DER before a compressed point of P-256. */
const SHORT_SPKI_HEAD = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');

/**
 * @param spki base64 DER SubjectPublicKeyInfo of a P-256 key
 * @returns base64 of the key as a compressed point (SEC 1, 2.3.3), 33 bytes
 */
export function shortKeyOf(spki: string): string {
  const point = Buffer.from(spki, 'base64').subarray(P256_SPKI_HEAD.length);
  const parity = 2 + ((point.at(-1) ?? 0) & 1);
  return Buffer.concat([Buffer.from([parity]), point.subarray(0, 32)]).toString('base64');
}

/** @returns the P-256 key of base64 of a compressed point, else undefined. */
export function importShortKey(short: string): KeyObject | undefined {
  const point = fromBase64(short);
  if (point?.length !== 33) return undefined;
  try {
    const key = Buffer.concat([SHORT_SPKI_HEAD, point]);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** @returns whether base64 DER (SubjectPublicKeyInfo) is a P-256 public key. */
export const isDeviceKey = (spki: string): boolean => importDeviceKey(spki) !== undefined;

const isLowS = (signature: Uint8Array): boolean => HALF_ORDER.compare(signature, 32, 64) >= 0;

const SCALAR = 32;

/** Writes 32 bytes as an integer of DER: without leading zeros, but with one before a high bit. @returns where it ends. */
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
 * @returns ECDSA-Sig-Value (RFC 3279 §2.2.3). Node.js takes r‖s as well, but then spends nearly half as long again: it asks the
 * key for the length of its numbers each time.
 */
function derOf(signature: Uint8Array): Buffer {
  const der = Buffer.alloc(2 * (SCALAR + 3) + 2, 0x30);
  const middle = putInteger(der, 2, signature.subarray(0, SCALAR));
  const end = putInteger(der, middle, signature.subarray(SCALAR));
  der[1] = end - 2;
  return der.subarray(0, end);
}

/**
 * @param signature r‖s
 * @returns whether the signature is by that key over the bytes; false for another length and for a high S.
 */
export const verifyBytes = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 2 * SCALAR &&
  isLowS(signature) &&
  verify('sha256', bytes, key, derOf(signature));

/** @returns the signature r‖s in the form with low S, which is as valid. */
export function withLowS(signature: Uint8Array): Buffer {
  const bytes = Buffer.from(signature);
  if (isLowS(bytes)) return bytes;
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  bytes.write((ORDER - s).toString(16).padStart(64, '0'), 32, 'hex');
  return bytes;
}

/** @returns r‖s, 64 bytes, with low S. */
export const signBytes = (privateKey: KeyObject, bytes: Uint8Array): Buffer =>
  withLowS(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

/**
 * @param signature base64 of r‖s, 64 bytes
 * @returns whether the signature is by that key over the UTF-8 text; false for every malformed part and for a high S.
 */
export function verifyText(key: KeyObject | undefined, text: string, signature: string): boolean {
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

/** @returns base64 of r‖s with low S, over the UTF-8 text. */
export const signEs256 = (privateKey: KeyObject, text: string): string =>
  signBytes(privateKey, Buffer.from(text, 'utf8')).toString('base64');
