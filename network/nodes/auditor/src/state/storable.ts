// SPDX-License-Identifier: Apache-2.0
// What tables can hold. Whoever writes a block may have put anything into it, and no such block may end the audit.
import { createHash } from 'node:crypto';

/** Texts of a database hold no zero byte. @param most characters */
export const storable = (text: string, most: number): string =>
  text.replaceAll('\u0000', '␀').slice(0, most);

/** Names of chaincodes, ids and the like: longer than any that counts, short enough for an index. */
export const MOST_OF_NAME = 200;

/** The longest key that a database can keep in order, and longer than any that a contract writes: bytes. */
const MOST_OF_KEY = 1_000;

/** @returns the key itself, or, when it is longer than 1,000 bytes, its first 968 bytes and then its SHA-256 */
export function storableKey(key: Uint8Array): Uint8Array {
  if (key.length <= MOST_OF_KEY) return key;
  const hash = createHash('sha256').update(key).digest();
  return Buffer.concat([key.subarray(0, MOST_OF_KEY - hash.length), hash]);
}
