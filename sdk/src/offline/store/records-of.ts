// SPDX-License-Identifier: Apache-2.0
// Records of one kind, kept as JSON under one prefix of a store. Parts of keys are identifiers, so they contain no slash.
import { OfflineError } from '../../errors.js';
import type { Change, Store } from './store.js';

export interface Records<T, Parts extends readonly string[]> {
  get(store: Store, ...parts: Parts): Promise<T | undefined>;
  /** @returns all records whose keys begin with these parts, sorted by key. */
  list(store: Store, ...leading: Partial<Parts>): Promise<readonly T[]>;
  put(value: T, ...parts: Parts): Change;
  remove(...parts: Parts): Change;
}

function parseRecord(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OfflineError('STORE_DAMAGED', { key }, error);
  }
}

/** @returns the records of one kind. Their shape is not checked: only this program writes the store, and the store is sealed. */
export function recordsOf<T, Parts extends readonly string[]>(name: string): Records<T, Parts> {
  const keyOf = (parts: readonly (string | undefined)[]): string => [name, ...parts].join('/');
  const recordIn = (key: string, text: string): T => parseRecord(key, text) as T;
  return {
    get: async (store, ...parts) => {
      const key = keyOf(parts);
      const text = await store.get(key);
      return text === undefined ? undefined : recordIn(key, text);
    },
    list: async (store, ...leading) => {
      const entries = await store.list(`${keyOf(leading)}/`);
      return entries.map(([key, text]) => recordIn(key, text));
    },
    put: (value, ...parts) => ({ key: keyOf(parts), value: JSON.stringify(value) }),
    remove: (...parts) => ({ key: keyOf(parts), value: undefined }),
  };
}
