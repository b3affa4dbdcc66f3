// SPDX-License-Identifier: Apache-2.0
// The key that seals stored secrets: made once, in a file beside the database that only its user can read.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, readTextIfPresent, SECRET_FILE } from '@fabric-offline-pay/node-common';

const KEY_BYTES = 32;

function createKey(path: string): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const text = randomBytes(KEY_BYTES).toString('base64');
  writeFileSync(temporary, text, { mode: SECRET_FILE, flush: true });
  try {
    // A link appears complete, and never replaces a key that another process made first.
    linkSync(temporary, path);
  } catch (error) {
    if (readTextIfPresent(path) === undefined) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @returns 32 bytes. Makes the file (mode 0600) when it is missing. @throws when the file holds no key. */
export function sealingKey(path: string): Buffer {
  if (readTextIfPresent(path) === undefined) createKey(path);
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${path} holds no key of ${KEY_BYTES} bytes.`);
  return key;
}
