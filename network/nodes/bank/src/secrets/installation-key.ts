// SPDX-License-Identifier: Apache-2.0
// The key of the stored codes. Made once per installation and kept outside the database, so that its rows alone reveal nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { readOrMake } from '@fabric-offline-pay/node-common/node';

const KEY_BYTES = 32;

/**
 * @returns the installation's key. Makes the file (mode 0600) if it is missing.
 * @throws NetworkError `SETTING_FILE_UNUSABLE` when the file holds no key
 */
export function installationKey(path: string): Buffer {
  const named = { setting: 'keyFile', file: path, content: 'sealingKey' } as const;
  const text = readOrMake(named, () => randomBytes(KEY_BYTES).toString('base64'));
  return Buffer.from(text.trim(), 'base64');
}

/** @returns HMAC-SHA-256 over unambiguously joined parts, 64 hex digits. */
export const keyedDigest = (key: Uint8Array, ...parts: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
