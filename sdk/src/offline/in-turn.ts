// SPDX-License-Identifier: Apache-2.0
// Runs pieces of work one after the other, so that work that reads, decides and writes does not overlap.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** @returns a new queue. A piece of work that fails does not stop the next one. */
export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
