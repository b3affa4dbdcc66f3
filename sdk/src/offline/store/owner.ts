// SPDX-License-Identifier: Apache-2.0
// Records once to whom a store belongs, so that nobody opens a folder with another key.
import { OfflineError } from '../../errors.js';
import { recordsOf } from './records-of.js';
import type { Store } from './store.js';

/** Flat, so that it can be compared field by field. */
export type Owner = Readonly<Record<string, string>>;

const owners = recordsOf<Owner, []>('owner');

/**
 * @returns the owner of the store, or undefined when nobody has claimed it
 * @throws {OfflineError} STORE_FOREIGN naming the field that differs
 */
export async function ensureOwner(store: Store, owner: Owner): Promise<Owner | undefined> {
  const before = await owners.get(store);
  const field = before && Object.keys(owner).find((name) => before[name] !== owner[name]);
  if (field !== undefined) throw new OfflineError('STORE_FOREIGN', { field });
  return before;
}

/**
 * Claims an empty store, or checks the owner of a claimed one.
 * @throws {OfflineError} STORE_FOREIGN
 */
export async function claimStore(store: Store, owner: Owner): Promise<void> {
  if ((await ensureOwner(store, owner)) === undefined) await store.write([owners.put(owner)]);
}
