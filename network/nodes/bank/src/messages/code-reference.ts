// SPDX-License-Identifier: Apache-2.0
// What a text with a code and the customer's screen show alike, so that a customer sees which login, payment or change a code is for.
import { createHash } from 'node:crypto';

/** Consonants only: they make no words, and nobody takes them for digits of the code. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 5;

/** @param boundTo `login`, or the digest of what the code confirms @returns five letters, of 3.2 million */
export const codeReference = (loginId: string, boundTo: string): string =>
  [...createHash('sha256').update(`${loginId}~${boundTo}`).digest().subarray(0, LENGTH)]
    .map((octet) => LETTERS.charAt(octet % LETTERS.length))
    .join('');
