// SPDX-License-Identifier: Apache-2.0
// The default key: a file that only its owner may read, encrypted with a passphrase. A file can be copied, a secure element cannot.
import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError, OfflineError } from '../../errors.js';
import { syncFolder } from '../../files/write-durably.js';
import { hasErrorCode } from '../../guards.js';
import { encryptKey } from './encrypted-pkcs8.js';
import { softwareKey, type OfflineKey } from './offline-key.js';

async function writeSynced(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes everything or nothing, even if the machine stops. Unlike a rename, a link never replaces an existing file. */
async function writeNew(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeSynced(temporary, content);
    await link(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(file));
}

/**
 * Makes a new key.
 * @param file must not exist: overwriting a key would lose its money
 * @throws {ConfigurationError} for an empty passphrase, or a file that exists
 */
export async function createKeyFile(file: string, passphrase: string): Promise<OfflineKey> {
  if (passphrase === '') throw new ConfigurationError('passphrase', 'empty');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  try {
    await writeNew(file, encryptKey(privateKey, passphrase));
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    throw new ConfigurationError('file', 'a file of this name exists');
  }
  return softwareKey(privateKey);
}

function decrypt(file: string, key: Buffer, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key, passphrase });
  } catch {
    // Without the cause: a library's message about a key might reveal it.
    throw new OfflineError('KEY_UNREADABLE', { file });
  }
}

/** Opens a key file. @throws {OfflineError} KEY_UNREADABLE for a wrong passphrase or a damaged file */
export async function openKeyFile(file: string, passphrase: string): Promise<OfflineKey> {
  return softwareKey(decrypt(file, await readFile(file), passphrase));
}
