// SPDX-License-Identifier: Apache-2.0

/** How often a passphrase is hashed before it opens a key file: OWASP's figure for PBKDF2-HMAC-SHA-256. */
export const ITERATIONS = 600_000;
