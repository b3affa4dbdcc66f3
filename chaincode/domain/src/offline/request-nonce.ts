// SPDX-License-Identifier: Apache-2.0
// The nonce of a payment request names the key of its terminal. A voucher binds the request's payload but not its signature.
// Without the nonce, another key that was certified for the same terminal could claim the request and cancel it.
import { sha256 } from '../platform/crypto.js';

/** The length of the random salt, which makes every request of a terminal different. */
export const NONCE_SALT_BYTES = 4;

const NAMED_BYTES = 12;
const DOMAIN = Buffer.from('offpay/request-nonce');

/**
 * @returns the nonce of this terminal key with this salt.
 * @param terminalKey x‖y, 64 bytes
 * @param salt 4 bytes
 */
export function requestNonce(terminalKey: Uint8Array, salt: Uint8Array): Buffer {
  const named = sha256(Buffer.concat([DOMAIN, terminalKey, salt]));
  return Buffer.concat([salt, named.subarray(0, NAMED_BYTES)]);
}

/** @returns whether the nonce names this key. Anybody can make such a nonce, so check the key's signature of the request too. */
export const isNonceOf = (nonce: Uint8Array, terminalKey: Uint8Array): boolean =>
  requestNonce(terminalKey, nonce.subarray(0, NONCE_SALT_BYTES)).equals(nonce);
