// SPDX-License-Identifier: Apache-2.0
// Runs one piece of work after the other: what reads, decides and writes must not meet another that does so.

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** @returns a queue of its own; a piece that fails does not stop the next. */
export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
