// SPDX-License-Identifier: Apache-2.0
// Bytes as base64 text, the form in which records and transactions hold them.

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');
