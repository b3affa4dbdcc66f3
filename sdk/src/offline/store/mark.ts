// SPDX-License-Identifier: Apache-2.0
// What is kept outside of a store of how far it was written, so that an older copy of the store is known as one. A port: a
// folder by default, memory in tests; a secure element that keeps 150 bytes fits.
import { shelf } from './shelf.js';
import type { Store } from './store.js';

/** How far a store was written. */
export interface Marked {
  /** How many writes there were. */
  readonly sequence: number;
  /** Digest of all that the store held then, chained to the write before; random before the first write. */
  readonly seal: string;
  /** The highest epoch of which the store ever held a certificate; null for none. */
  readonly epoch: number | null;
}

/** Belongs to one store. Every method throws `OfflineError` STORE_FAILED when it cannot. */
export interface Mark {
  /** @returns what was written last; undefined before the first. */
  read(): Promise<Marked | undefined>;
  /** When it resolves, it outlives a power failure; one that is interrupted leaves the old value or the new one. */
  write(marked: Marked): Promise<void>;
  /** Lets go of what it holds open. */
  close(): Promise<void>;
}

const marks = shelf<Marked, []>('mark');

/** @returns the mark in a store of this one value, with which it is closed. */
export const markIn = (store: Store): Mark => ({
  read: () => marks.get(store),
  write: (marked) => store.write([marks.put(marked)]),
  close: () => store.close(),
});
