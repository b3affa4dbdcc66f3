// SPDX-License-Identifier: Apache-2.0
// A mark that ends with the process: for tests only.
import type { Mark, Marked } from './mark.js';

/** The content of a memory mark. */
export interface MarkCell {
  marked?: Marked;
}

/** Makes a mark for tests. @param cell keeps the value, so that a second mark can read what the first one wrote */
export const memoryMark = (cell: MarkCell = {}): Mark => ({
  read: () => Promise.resolve(cell.marked),
  write: (marked) => {
    cell.marked = marked;
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
});
