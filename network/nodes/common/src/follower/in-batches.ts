// SPDX-License-Identifier: Apache-2.0
// What a stream has ready, in one piece, so that catching up costs one database transaction for many blocks.
import { setImmediate as nextTurn } from 'node:timers/promises';

const NOT_YET = Symbol('not yet');

/**
 * @param open opens the stream, which must end when its signal aborts
 * @yields what is there, at least one and at most so many; never waits for more than the first
 */
export async function* inBatches<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const left = new AbortController();
  const stream = open(AbortSignal.any([signal, left.signal]));
  const iterator = stream[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const asked = iterator.next();
    // It may fail before anybody waits for it.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask();
  try {
    for (let first = await next; first.done !== true; first = await next) {
      const batch = [first.value];
      next = ask();
      while (batch.length < most) {
        const ready = await Promise.race([next, nextTurn(NOT_YET)]);
        if (ready === NOT_YET || ready.done === true) break;
        batch.push(ready.value);
        next = ask();
      }
      yield batch;
    }
  } finally {
    // The next one was asked for ahead, and a stream ends only when it has answered that.
    left.abort();
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}
