// SPDX-License-Identifier: Apache-2.0
// Passwords: argon2id with the parameters of the OWASP Password Storage Cheat Sheet. The library does salts and comparison.
import { hash, verify } from '@node-rs/argon2';

/** Memory in KiB: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Another keyboard may encode the same characters in another form. */
const normalise = (password: string): string => password.normalize('NFKC');

/** @returns a PHC string. */
export const hashPassword = (password: string): Promise<string> =>
  hash(normalise(password), PARAMETERS);

/** @returns whether the password is the one that was hashed. */
export const isPassword = (stored: string, password: string): Promise<boolean> =>
  verify(stored, normalise(password));

let decoy: Promise<string> | undefined;

/** Takes as long as {@link isPassword} and is never right, so that a locked factor answers like any other. */
export async function rejectPassword(password: string): Promise<false> {
  decoy ??= hashPassword('');
  await isPassword(await decoy, `not ${password}`);
  return false;
}
