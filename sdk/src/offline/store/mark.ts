// SPDX-License-Identifier: Apache-2.0
// A mark is kept outside of a store and says how far the store was written, so that an older copy of the store is noticed. A port:
// a folder by default, memory in tests, or a secure element that keeps 150 bytes.
import { recordsOf } from './records-of.js';
import type { Store } from './store.js';

/** How far a store was written. */
export interface Marked {
  /** Number of writes. */
  readonly sequence: number;
  /** Digest of all content at that time, chained to the previous write. Random before the first write. */
  readonly seal: string;
  /** The highest epoch of all certificates that the store ever held. Null for none. */
  readonly epoch: number | null;
}

/** The mark of one store. Every method throws `OfflineError` STORE_FAILED when it fails. */
export interface Mark {
  /** @returns the last value written, or undefined before the first write. */
  read(): Promise<Marked | undefined>;
  /** When it resolves, the value survives a power failure. An interrupted write leaves the old value or the new one. */
  write(marked: Marked): Promise<void>;
  /** Releases what it holds open. */
  close(): Promise<void>;
}

const marks = recordsOf<Marked, []>('mark');

/** @returns a mark that is kept in this store. Closing the mark closes the store. */
export const markIn = (store: Store): Mark => ({
  read: () => marks.get(store),
  write: (marked) => store.write([marks.put(marked)]),
  close: () => store.close(),
});
