// SPDX-License-Identifier: Apache-2.0
// Keys of folders that this process opened. To open one takes a third of a second of a processor on purpose, in which the process does
// nothing else; a run, or a folder that is used several times, opens it once.
import { readFile } from 'node:fs/promises';
import { createKeyFile, openKeyFile, type OfflineKey } from '@fabric-offline-pay/sdk/offline';

interface KeptKey {
  readonly content: Buffer;
  readonly passphrase: string;
  readonly key: OfflineKey;
}

const kept = new Map<string, KeptKey>();

async function keep(file: string, passphrase: string, key: OfflineKey): Promise<OfflineKey> {
  kept.set(file, { content: await readFile(file), passphrase, key });
  return key;
}

/**
 * Like `openKeyFile`: whoever has the file and the passphrase gets the key. A file that was replaced meanwhile is opened anew.
 * @throws {OfflineError} KEY_UNREADABLE
 */
export async function openKeptKey(file: string, passphrase: string): Promise<OfflineKey> {
  const known = kept.get(file);
  if (known?.passphrase === passphrase && known.content.equals(await readFile(file)))
    return known.key;
  return keep(file, passphrase, await openKeyFile(file, passphrase));
}

/** Like `createKeyFile`. */
export const createKeptKey = async (file: string, passphrase: string): Promise<OfflineKey> =>
  keep(file, passphrase, await createKeyFile(file, passphrase));
