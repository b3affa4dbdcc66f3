// SPDX-License-Identifier: Apache-2.0
// Signatures in the form that Fabric's peers require.
import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { firstOf, itemAt } from '../../../test/support/defined.js';
import { ConfigurationError } from '../errors.js';
import { nativeSigner, toLowSDer } from './native-signer.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Reads DER independently of the code under test. */
function readDer(der: Uint8Array): { r: bigint; s: bigint } {
  const bytes = Buffer.from(der);
  expect(bytes[0]).toBe(0x30);
  expect(bytes[1]).toBe(bytes.length - 2);
  const integer = (at: number): Buffer => bytes.subarray(at + 2, at + 2 + itemAt(bytes, at + 1));
  const toBigInt = (part: Buffer): bigint => BigInt(`0x${part.toString('hex')}`);
  const r = integer(2);
  const s = integer(4 + r.length);
  for (const part of [r, s]) {
    expect(firstOf(part)).toBeLessThan(0x80);
    if (part[0] === 0 && part.length > 1) expect(itemAt(part, 1)).toBeGreaterThanOrEqual(0x80);
  }
  expect(bytes).toHaveLength(6 + r.length + s.length);
  return { r: toBigInt(r), s: toBigInt(s) };
}

const scalars = (r: bigint, s: bigint): Buffer =>
  Buffer.from([r, s].map((each) => each.toString(16).padStart(64, '0')).join(''), 'hex');

describe('nativeSigner', () => {
  let privateKey: KeyObject;
  let publicKey: KeyObject;
  beforeAll(() => {
    ({ privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  });

  test('returns DER with low S that verifies, for many messages', async () => {
    const sign = nativeSigner(privateKey);
    for (let number = 0; number < 300; number++) {
      const message = Buffer.from(`message ${number}`);
      const signature = await sign(message);
      expect(readDer(signature).s <= ORDER / 2n).toBe(true);
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'der' }, signature)).toBe(
        true,
      );
    }
  });

  test('accepts PEM, too', async () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const signature = await nativeSigner(pem)(Buffer.from('text'));
    expect(verify('sha256', Buffer.from('text'), publicKey, signature)).toBe(true);
  });

  test('turns a high S into the low one', () => {
    expect(readDer(toLowSDer(scalars(7n, ORDER - 9n)))).toEqual({ r: 7n, s: 9n });
  });

  test('keeps half the order, the largest low S', () => {
    expect(readDer(toLowSDer(scalars(7n, ORDER / 2n))).s).toBe(ORDER / 2n);
  });

  test('encodes short scalars and those with a high first bit', () => {
    const r = 0x80n << 240n;
    expect(readDer(toLowSDer(scalars(r, 0x80n)))).toEqual({ r, s: 0x80n });
  });

  test('refuses keys of another curve, and public keys', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect(() => nativeSigner(other.privateKey)).toThrow(ConfigurationError);
    expect(() => nativeSigner(publicKey)).toThrow(ConfigurationError);
  });
});
