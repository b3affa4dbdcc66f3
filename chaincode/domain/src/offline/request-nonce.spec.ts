// SPDX-License-Identifier: Apache-2.0
// Nonces of requests and the keys that they name.
import { isNonceOf, requestNonce } from './request-nonce';

const KEY = Buffer.from(Array.from({ length: 64 }, (_, index) => index));
/** From another implementation. */
const NONCE = Buffer.from('c0ffee00127ed06de170011ce854fa6b', 'hex');

const flipped = (bytes: Buffer, at: number): Buffer =>
  Buffer.from(bytes.with(at, bytes.readUInt8(at) ^ 1));

it('begins with the salt and names the key', () => {
  expect(requestNonce(KEY, Buffer.from('c0ffee00', 'hex'))).toEqual(NONCE);
  expect(isNonceOf(NONCE, KEY)).toBe(true);
});

it('does not name a key that differs in any byte', () => {
  const others = KEY.map((_, at) => Number(isNonceOf(NONCE, flipped(KEY, at))));
  expect(others.every((is) => is === 0)).toBe(true);
});

it.each([0, 3, 4, 15])('does not name the key when byte %i is changed', (at) => {
  expect(isNonceOf(flipped(NONCE, at), KEY)).toBe(false);
});
