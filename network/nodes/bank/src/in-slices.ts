// SPDX-License-Identifier: Apache-2.0
// Long lists are gone through with pauses, so that one job does not hold up all else that the node does.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A few milliseconds' worth. */
const SLICE = 2000;

/** Visits each row in its order, and lets others in between. */
export async function inSlices<Row>(rows: Iterable<Row>, visit: (row: Row) => void): Promise<void> {
  let visited = 0;
  for (const row of rows) {
    visit(row);
    visited += 1;
    if (visited % SLICE === 0) await nextTurn();
  }
}
