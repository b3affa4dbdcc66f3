// SPDX-License-Identifier: Apache-2.0
// Signing with a key that this process holds. It needs Node.js; a browser signs with its own keys. signature.ts describes
// the form.
import { sign, type KeyObject } from 'node:crypto';
import { withLowS } from './signature.js';

/** @returns r‖s, 64 bytes, with low S. */
export const signBytes = (privateKey: KeyObject, bytes: Uint8Array): Buffer =>
  withLowS(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

/** @returns base64 of r‖s with low S, over the UTF-8 text. */
export const signEs256 = (privateKey: KeyObject, text: string): string =>
  signBytes(privateKey, Buffer.from(text, 'utf8')).toString('base64');
