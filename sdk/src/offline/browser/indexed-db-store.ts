// SPDX-License-Identifier: Apache-2.0
// The durable store of a browser: an IndexedDB database that one page at a time can open. A page that was closed or that crashed
// has released its lock.
import { OfflineError } from '../../errors.js';
import type { Entry, Store } from '../store/store.js';
import { Database, fullName } from './database.js';

/** Sorts after every character that keys consist of. */
const AFTER_ALL = '\uffff';

type Release = () => Promise<void>;

/** @returns a function that releases the lock; undefined while another page holds it. */
const lock = (name: string): Promise<Release | undefined> =>
  new Promise((resolve, reject) => {
    const over = navigator.locks.request(name, { ifAvailable: true }, (held) => {
      if (held !== null)
        return new Promise<void>((release) => {
          resolve(() => {
            release();
            return over;
          });
        });
      resolve(undefined);
      return Promise.resolve();
    });
    over.catch(reject);
  });

async function ownLock(name: string): Promise<Release> {
  if (!globalThis.isSecureContext)
    throw new OfflineError('STORE_FAILED', { name, reason: 'no secure context (HTTPS)' });
  const release = await lock(fullName(name)).catch((error: unknown) => {
    throw new OfflineError('STORE_FAILED', { name }, error);
  });
  if (release === undefined) throw new OfflineError('STORE_LOCKED', { name });
  return release;
}

/** Reads everything by one request, so that all entries are from the same moment. */
const list = (database: Database, prefix: string): Promise<readonly Entry[]> => {
  const range = IDBKeyRange.bound(prefix, prefix + AFTER_ALL, false, true);
  return database.read((store) => store.getAll(range) as IDBRequest<Entry[]>);
};

async function get(database: Database, key: string): Promise<string | undefined> {
  const found = await database.read((store) => store.get(key) as IDBRequest<Entry | undefined>);
  return found?.[1];
}

/**
 * Opens an unsealed store. Devices and terminals use `browserStore` over it.
 * @param name of the store, within the page's origin
 * @throws {OfflineError} STORE_LOCKED while this or another page has it open; STORE_FAILED, also when the page is served neither by
 * HTTPS nor by the local machine
 */
export async function indexedDbStore(name: string): Promise<Store> {
  const release = await ownLock(name);
  try {
    const database = await Database.open(name);
    return {
      get: (key) => get(database, key),
      list: (prefix) => list(database, prefix),
      write: (changes) =>
        database.write((store) => {
          for (const { key, value } of changes)
            if (value === undefined) store.delete(key);
            else store.put([key, value] satisfies Entry, key);
        }),
      close: () => {
        database.close();
        return release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
