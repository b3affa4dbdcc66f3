// SPDX-License-Identifier: Apache-2.0
// A store in memory: for tests only, because a device that forgets its payments spends twice.
import type { Entry, Store } from './store.js';

const byKey = ([a]: Entry, [b]: Entry): number => (a < b ? -1 : 1);

/** Makes a store for tests. @param contents keeps the values, so that a second store can read what the first one wrote */
export function memoryStore(contents: Map<string, string> = new Map<string, string>()): Store {
  return {
    get: (key) => Promise.resolve(contents.get(key)),
    list: (prefix) => {
      const found: Entry[] = [];
      for (const entry of contents) if (entry[0].startsWith(prefix)) found.push(entry);
      return Promise.resolve(found.sort(byKey));
    },
    write: (changes) => {
      for (const { key, value } of changes)
        if (value === undefined) contents.delete(key);
        else contents.set(key, value);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
