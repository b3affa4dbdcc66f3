// SPDX-License-Identifier: Apache-2.0
// The nonce of a payment request names the key that makes it. A voucher binds the request's payload and no signature, so that without
// this any other key that was certified for the same terminal could say that the request was its own, and cancel it.
import { sha256 } from '../platform/crypto.js';

/** Random, so that a terminal never makes one request twice. */
export const NONCE_SALT_BYTES = 4;

const NAMED_BYTES = 12;
const DOMAIN = Buffer.from('offpay/request-nonce');

/**
 * @returns the nonce that only this terminal could draw with this salt.
 * @param terminalKey x‖y, 64 bytes
 * @param salt 4 bytes
 */
export function requestNonce(terminalKey: Uint8Array, salt: Uint8Array): Buffer {
  const named = sha256(Buffer.concat([DOMAIN, terminalKey, salt]));
  return Buffer.concat([salt, named.subarray(0, NAMED_BYTES)]);
}

/** @returns whether a terminal of this key made the nonce, or somebody in its name: the key must have signed the request, too. */
export const isNonceOf = (nonce: Uint8Array, terminalKey: Uint8Array): boolean =>
  requestNonce(terminalKey, nonce.subarray(0, NONCE_SALT_BYTES)).equals(nonce);
