// SPDX-License-Identifier: Apache-2.0
// To whom a store belongs: written once, so that no folder is opened with another's key.
import { OfflineError } from '../../errors.js';
import { shelf } from './shelf.js';
import type { Store } from './store.js';

/** Flat, so that it can be compared field by field. */
export type Owner = Readonly<Record<string, string>>;

const owners = shelf<Owner, []>('owner');

/**
 * @returns whose the store is, or undefined when it is nobody's.
 * @throws {OfflineError} STORE_FOREIGN naming the field that differs.
 */
export async function ensureOwner(store: Store, owner: Owner): Promise<Owner | undefined> {
  const before = await owners.get(store);
  const field = before && Object.keys(owner).find((name) => before[name] !== owner[name]);
  if (field !== undefined) throw new OfflineError('STORE_FOREIGN', { field });
  return before;
}

/**
 * Claims an empty store, or checks whose it is.
 * @throws {OfflineError} STORE_FOREIGN
 */
export async function claimStore(store: Store, owner: Owner): Promise<void> {
  if ((await ensureOwner(store, owner)) === undefined) await store.write([owners.put(owner)]);
}
