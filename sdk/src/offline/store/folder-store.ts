// SPDX-License-Identifier: Apache-2.0
// The store of a device or a terminal: durable, sealed, and marked outside of its folder.
import { levelStore } from './level-store.js';
import type { Mark } from './mark.js';
import { restoreStore, type Restoration, type RestoreOptions } from './restore.js';
import { sealedStore } from './sealed-store.js';
import type { Store } from './store.js';

async function openBase(folder: string, mark: Mark): Promise<Store> {
  try {
    return await levelStore(folder);
  } catch (error) {
    await mark.close();
    throw error;
  }
}

/**
 * @param folder made when missing, readable by its owner only; one process a folder
 * @param mark of this store alone: `stateMark`, or what a secure element keeps. It is closed with the store
 * @throws {OfflineError} STORE_LOCKED while another process has it, STORE_DAMAGED, STORE_ROLLED_BACK, STORE_FAILED.
 */
export async function folderStore(folder: string, mark: Mark): Promise<Store> {
  return sealedStore(await openBase(folder, mark), mark, { folder });
}

/**
 * Takes a store that was put back, emptied or moved as it is: an explicit act, see {@link restoreStore}.
 * @param folder of the store; an empty or missing one begins anew
 * @returns undefined when the store is the newest and no epoch was named: nothing was changed.
 * @throws {OfflineError} STORE_LOCKED, STORE_DAMAGED, STORE_FOREIGN, STORE_FAILED
 */
export async function restoreFolder(
  folder: string,
  mark: Mark,
  options: RestoreOptions,
): Promise<Restoration | undefined> {
  return restoreStore(await openBase(folder, mark), mark, options, { folder });
}
