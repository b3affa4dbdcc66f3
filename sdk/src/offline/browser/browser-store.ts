// SPDX-License-Identifier: Apache-2.0
// The store of a device or a terminal in a browser: durable, sealed, and marked in a database beside it.
import { sha256Hex } from '@fabric-offline-pay/domain';
import { markIn, type Mark } from '../store/mark.js';
import { sealedStore } from '../store/sealed-store.js';
import type { Store } from '../store/store.js';
import { indexedDbStore } from './indexed-db-store.js';

/**
 * The mark of a party in a database of its own. Whoever clears the site's data, or puts a browser's profile back, takes it along
 * with the store: a mark that is kept elsewhere, by a native shell or the wallet's server, knows that, this one does not.
 * @param publicKey whose store it is about: each store has a key of its own
 * @throws {OfflineError} STORE_LOCKED while another page has the party open, STORE_FAILED
 */
export const browserMark = async (publicKey: string): Promise<Mark> =>
  markIn(await indexedDbStore(`marks/${sha256Hex(publicKey)}`));

/**
 * @param name of the store among those of the page's origin; one page a store
 * @param mark of this store alone: {@link browserMark}, or a better one. It is closed with the store
 * @throws {OfflineError} STORE_LOCKED while another page has it, STORE_DAMAGED, STORE_ROLLED_BACK, STORE_FAILED
 */
export async function browserStore(name: string, mark: Mark): Promise<Store> {
  const base = await indexedDbStore(name).catch(async (error: unknown) => {
    await mark.close();
    throw error;
  });
  return sealedStore(base, mark, { name });
}
