// SPDX-License-Identifier: Apache-2.0
// The store of a device or a terminal: durable, sealed, with its mark outside of its folder.
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
 * Opens the store in this folder, and makes it when there is none.
 * @param folder made when missing, readable by its owner only; only one process may have it open
 * @param mark of this store alone: `stateMark`, or one in a secure element. It is closed with the store
 * @throws {OfflineError} STORE_LOCKED while another process has it open, STORE_DAMAGED, STORE_ROLLED_BACK, STORE_FAILED
 */
export async function folderStore(folder: string, mark: Mark): Promise<Store> {
  return sealedStore(await openBase(folder, mark), mark, { folder });
}

/**
 * Accepts a store that was put back to an older state, emptied, or moved. Call it only on purpose, see {@link restoreStore}.
 * @param folder of the store; an empty or missing one starts a new store
 * @returns undefined when the store is the newest and `epoch` is not given: then nothing was changed
 * @throws {OfflineError} STORE_LOCKED, STORE_DAMAGED, STORE_FOREIGN, STORE_FAILED
 */
export async function restoreFolder(
  folder: string,
  mark: Mark,
  options: RestoreOptions,
): Promise<Restoration | undefined> {
  return restoreStore(await openBase(folder, mark), mark, options, { folder });
}
