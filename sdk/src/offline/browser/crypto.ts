// SPDX-License-Identifier: Apache-2.0
// Replaces the domain's platform/crypto.ts where there is no Node.js. Web Crypto verifies asynchronously only, but the rules of
// the protocol are synchronous. So this uses @noble, which was audited.
import type { CryptoPlatform, PublicKey } from '@fabric-offline-pay/domain';
import { p256 } from '@noble/curves/nist.js';
import { sha256 as digest } from '@noble/hashes/sha2.js';

/** A point of the curve, in its uncompressed form. */
interface PointKey {
  readonly point: Uint8Array;
}

const UNCOMPRESSED = 0x04;

/** @param encoded SEC 1, 2.3.3 @returns undefined unless it is a point of the curve, and not the one at infinity. */
function readPoint(encoded: Uint8Array): PublicKey | undefined {
  try {
    const key: PointKey = { point: p256.Point.fromBytes(encoded).toBytes(false) };
    return key as unknown as PublicKey;
  } catch {
    return undefined;
  }
}

export const sha256: CryptoPlatform['sha256'] = (data) =>
  Buffer.from(digest(typeof data === 'string' ? Buffer.from(data, 'utf8') : data));

export const sha256Hex: CryptoPlatform['sha256Hex'] = (data) => sha256(data).toString('hex');

export const keyOfPoint: CryptoPlatform['keyOfPoint'] = (point) =>
  readPoint(Buffer.concat([Buffer.of(UNCOMPRESSED), point]));

export const keyOfShortPoint: CryptoPlatform['keyOfShortPoint'] = readPoint;

export const verifyP256: CryptoPlatform['verifyP256'] = (key, bytes, signature) => {
  const { point } = key as unknown as PointKey;
  try {
    return p256.verify(signature, bytes, point, { lowS: false });
  } catch {
    return false;
  }
};
