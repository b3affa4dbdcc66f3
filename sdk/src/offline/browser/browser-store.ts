// SPDX-License-Identifier: Apache-2.0
// The store of a device or a terminal in a browser: durable, sealed, with its mark in a second database.
import { sha256Hex } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '../../errors.js';
import { markIn, type Mark } from '../store/mark.js';
import { sealedStore } from '../store/sealed-store.js';
import type { Store } from '../store/store.js';
import { indexedDbStore } from './indexed-db-store.js';

/**
 * The mark of a device or terminal, in a database of its own. Whoever clears the site's data or restores a browser profile
 * removes or restores this mark together with the store, unnoticed. A mark kept elsewhere, by a native shell or the wallet's
 * server, notices that.
 * @param publicKey of the device or terminal; each has its own mark
 * @throws {OfflineError} STORE_LOCKED while another page has it open, STORE_FAILED
 */
export const browserMark = async (publicKey: string): Promise<Mark> =>
  markIn(await indexedDbStore(`marks/${sha256Hex(publicKey)}`));

/** Databases of the same origin that hold other things: keys, and marks. */
const RESERVED = /^(?:keys|marks\/.*)$/;

const openNamed = (name: string): ReturnType<typeof indexedDbStore> =>
  RESERVED.test(name)
    ? Promise.reject(new ConfigurationError('name', `${name} is the name of another database`))
    : indexedDbStore(name);

/**
 * Opens the store of this name, and makes it when there is none.
 * @param name of the store, within the page's origin; only one page may have it open
 * @param mark of this store alone: {@link browserMark}, or a safer one. It is closed with the store
 * @throws {ConfigurationError} for `keys` and `marks/…`, which are taken
 * @throws {OfflineError} STORE_LOCKED while another page has it open, STORE_DAMAGED, STORE_ROLLED_BACK, STORE_FAILED
 */
export async function browserStore(name: string, mark: Mark): Promise<Store> {
  const base = await openNamed(name).catch(async (error: unknown) => {
    await mark.close();
    throw error;
  });
  return sealedStore(base, mark, { name });
}
