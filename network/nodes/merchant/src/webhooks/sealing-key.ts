// SPDX-License-Identifier: Apache-2.0
// The key that seals stored secrets: made once, in a file beside the database that only its user can read.
import { randomBytes } from 'node:crypto';
import { readOrMake } from '@fabric-offline-pay/node-common/node';

const KEY_BYTES = 32;

/**
 * @returns 32 bytes. Makes the file (mode 0600) when it is missing.
 * @throws NetworkError `SETTING_FILE_UNUSABLE` when the file holds no key
 */
export function sealingKey(path: string): Buffer {
  const named = { setting: 'keyFile', file: path, content: 'sealingKey' } as const;
  const text = readOrMake(named, () => randomBytes(KEY_BYTES).toString('base64'));
  return Buffer.from(text.trim(), 'base64');
}
