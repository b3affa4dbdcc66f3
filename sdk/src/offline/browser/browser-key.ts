// SPDX-License-Identifier: Apache-2.0
// The key of a device or a terminal in a browser. Web Crypto makes it and never exports it; IndexedDB keeps it. Scripts of the
// page can sign with it while the page is open, but nobody can copy it.
import { OfflineError } from '../../errors.js';
import type { OfflineKey } from '../key/offline-key.js';
import { Database } from './database.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

const readPair = (keys: Database, name: string): Promise<CryptoKeyPair | undefined> =>
  keys.read((store) => store.get(name) as IDBRequest<CryptoKeyPair | undefined>);

/** `add` fails when there is a key already: if two pages make one at the same time, the second uses the key of the first. */
async function makePair(keys: Database, name: string): Promise<CryptoKeyPair | undefined> {
  const pair = await crypto.subtle.generateKey(P256, false, ['sign', 'verify']);
  await keys
    .write((store) => void store.add(pair, name))
    .catch(async (error: unknown) => {
      if ((await readPair(keys, name)) === undefined) throw error;
    });
  return readPair(keys, name);
}

async function openPair(name: string): Promise<CryptoKeyPair> {
  if (!globalThis.isSecureContext)
    throw new OfflineError('STORE_FAILED', { name, reason: 'no secure context (HTTPS)' });
  const keys = await Database.open('keys');
  try {
    const pair = (await readPair(keys, name)) ?? (await makePair(keys, name));
    if (pair === undefined) throw new OfflineError('STORE_FAILED', { name, missing: 'key' });
    return pair;
  } finally {
    keys.close();
  }
}

/**
 * Opens the key of this name, and makes it when there is none.
 * @param name of the key, within the page's origin
 * @throws {OfflineError} STORE_FAILED
 */
export async function browserKey(name: string): Promise<OfflineKey> {
  const { privateKey, publicKey } = await openPair(name);
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', publicKey));
  return {
    publicKey: spki.toString('base64'),
    sign: async (bytes) => {
      const own = Uint8Array.from(bytes);
      return new Uint8Array(await crypto.subtle.sign(ES256, privateKey, own));
    },
  };
}
