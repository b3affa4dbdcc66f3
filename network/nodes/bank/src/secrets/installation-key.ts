// SPDX-License-Identifier: Apache-2.0
// The key of the stored codes. Made once per installation and kept outside the database, so that its rows alone reveal nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readTextIfPresent, SECRET_FILE } from '@fabric-offline-pay/node-common';

const KEY_BYTES = 32;

/** @returns the installation's key. Makes the file (mode 0600) if it is missing. @throws when the file holds no key. */
export function installationKey(path: string): Buffer {
  if (readTextIfPresent(path) === undefined) createKey(path);
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${path} holds no key of ${KEY_BYTES} bytes.`);
  return key;
}

function createKey(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  writeFileSync(temporary, randomBytes(KEY_BYTES).toString('base64'), {
    mode: SECRET_FILE,
    flush: true,
  });
  try {
    // A link appears complete and never replaces a key that another process made first.
    linkSync(temporary, path);
  } catch (error) {
    if (readTextIfPresent(path) === undefined) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @returns HMAC-SHA-256 over unambiguously joined parts, 64 hex digits. */
export const keyedDigest = (key: Uint8Array, ...parts: readonly string[]): string =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
