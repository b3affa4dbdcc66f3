// SPDX-License-Identifier: Apache-2.0
// A mark that ends with the process: for tests only.
import type { Mark, Marked } from './mark.js';

/** What a memory mark holds. */
export interface MarkCell {
  marked?: Marked;
}

/** A mark for tests. @param cell kept by the caller, so that a second mark can read what the first left */
export const memoryMark = (cell: MarkCell = {}): Mark => ({
  read: () => Promise.resolve(cell.marked),
  write: (marked) => {
    cell.marked = marked;
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
});
