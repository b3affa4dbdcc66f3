// SPDX-License-Identifier: Apache-2.0
// Cryptographic random bytes by Web Crypto, the same in Node.js and in a browser.

export const randomBytes = (length: number): Buffer => crypto.getRandomValues(Buffer.alloc(length));
