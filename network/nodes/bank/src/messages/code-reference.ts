// SPDX-License-Identifier: Apache-2.0
// What a text with a code and the customer's screen show alike, so that a customer sees which login, payment or change a code is for.
import { keyedDigest } from '../secrets/installation-key.js';

/** Consonants only: they make no words, and nobody takes them for digits of the code. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 5;

/**
 * Under the bank's key: whoever chooses a login's id cannot choose one whose reference is that of somebody else's login.
 * @param boundTo `login`, or the digest of what the code confirms
 * @returns five letters, of 3.2 million; the same for a repetition
 */
export const codeReference = (key: Uint8Array, loginId: string, boundTo: string): string =>
  [...Buffer.from(keyedDigest(key, 'code-reference', loginId, boundTo), 'hex').subarray(0, LENGTH)]
    .map((octet) => LETTERS.charAt(octet % LETTERS.length))
    .join('');
