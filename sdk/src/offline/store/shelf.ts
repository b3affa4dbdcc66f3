// SPDX-License-Identifier: Apache-2.0
// Values of one kind under one prefix of a store, as JSON. Parts of keys are identifiers, which hold no slash.
import { OfflineError } from '../../errors.js';
import type { Change, Store } from './store.js';

export interface Shelf<T, Parts extends readonly string[]> {
  get(store: Store, ...parts: Parts): Promise<T | undefined>;
  /** @returns all values under the leading parts of their keys, rising by key. */
  list(store: Store, ...leading: Partial<Parts>): Promise<readonly T[]>;
  put(value: T, ...parts: Parts): Change;
  remove(...parts: Parts): Change;
}

function parsed(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OfflineError('STORE_DAMAGED', { key }, error);
  }
}

/** Only one's own program writes into the store, which is sealed, so that the shape is believed. */
export function shelf<T, Parts extends readonly string[]>(name: string): Shelf<T, Parts> {
  const keyOf = (parts: readonly (string | undefined)[]): string => [name, ...parts].join('/');
  return {
    get: async (store, ...parts) => {
      const key = keyOf(parts);
      const text = await store.get(key);
      return text === undefined ? undefined : (parsed(key, text) as T);
    },
    list: async (store, ...leading) => {
      const entries = await store.list(`${keyOf(leading)}/`);
      return entries.map(([key, text]) => parsed(key, text) as T);
    },
    put: (value, ...parts) => ({ key: keyOf(parts), value: JSON.stringify(value) }),
    remove: (...parts) => ({ key: keyOf(parts), value: undefined }),
  };
}
