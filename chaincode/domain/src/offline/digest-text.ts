// SPDX-License-Identifier: Apache-2.0
// Digests and other bytes as text in rows and files: base64url (RFC 4648 §5) without padding.

/** @returns e.g. 43 characters for 32 bytes. */
export const bytesToText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

/** @returns the bytes of a base64url text. */
export const textToBytes = (text: string): Buffer => Buffer.from(text, 'base64url');
