// SPDX-License-Identifier: Apache-2.0
// Signatures count exactly where a peer of Fabric counts them.
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { signLow } from '../testing/test-organisation.js';
import { derElement, derInteger, derSignature, SEQUENCE } from './der-writer.js';
import { isKnownKey, signatureNumbers, verifySignature } from './signatures.js';

const MESSAGE = Buffer.from('message');
const P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const keys = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

function numbersOf(signature: Uint8Array) {
  const numbers = signatureNumbers(signature);
  if (numbers === undefined) throw new Error('no signature');
  return numbers;
}

describe.each(['P-256', 'P-384'])('a signature on %s', (curve) => {
  const { privateKey, publicKey } = keys(curve);

  it('is taken with low S', async () => {
    const signature = signLow(privateKey, MESSAGE);
    expect(await verifySignature(publicKey, MESSAGE, signature)).toBe(true);
  });

  it('is not taken over another message', async () => {
    const signature = signLow(privateKey, MESSAGE);
    expect(await verifySignature(publicKey, Buffer.from('other'), signature)).toBe(false);
  });

  it('is not taken from another key', async () => {
    const signature = signLow(privateKey, MESSAGE);
    expect(await verifySignature(keys(curve).publicKey, MESSAGE, signature)).toBe(false);
  });
});

describe('a signature in another form', () => {
  const { privateKey, publicKey } = keys('P-256');
  const { r, s } = numbersOf(signLow(privateKey, MESSAGE));
  const isTaken = (signature: Uint8Array) => verifySignature(publicKey, MESSAGE, signature);

  it('is refused with high S, although it is equally valid', async () => {
    expect(await isTaken(derSignature({ r, s: P256 - s }))).toBe(false);
  });

  it('is taken with something behind it, since Fabric does not look there', async () => {
    const behind = Buffer.concat([derSignature({ r, s }), Buffer.from([0xff, 0xff])]);
    expect(await isTaken(behind)).toBe(true);
  });

  it('is taken with something behind the numbers, since Fabric does not look there', async () => {
    const inside = derElement(SEQUENCE, derInteger(r), derInteger(s), Buffer.alloc(130, 0xff));
    expect(await isTaken(inside)).toBe(true);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x30])],
    ['zero', derSignature({ r: 0n, s })],
    ['a number beyond the order', derSignature({ r: P256, s })],
    ['a number beyond all size', derSignature({ r: r + (1n << 300n), s })],
    ['one number', derElement(SEQUENCE, derInteger(r))],
    ['a negative number', derElement(SEQUENCE, Buffer.from([2, 1, 0x80]), derInteger(s))],
    ['a number that is too long', derElement(SEQUENCE, Buffer.from([2, 2, 0, 1]), derInteger(s))],
    ['another element', derElement(0x31, derInteger(r), derInteger(s))],
    ['r and s without DER', Buffer.alloc(64, 1)],
  ])('is refused when it is %s', async (_, signature) => {
    expect(await isTaken(signature)).toBe(false);
  });
});

it('knows no keys but those of the two curves', async () => {
  const { privateKey, publicKey } = keys('P-521');
  expect(isKnownKey(publicKey)).toBe(false);
  const signature = sign('sha256', MESSAGE, privateKey);
  expect(await verifySignature(publicKey, MESSAGE, signature)).toBe(false);
  expect(isKnownKey(createPublicKey(keys('P-256').privateKey))).toBe(true);
});
