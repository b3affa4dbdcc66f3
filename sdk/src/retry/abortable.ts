// SPDX-License-Identifier: Apache-2.0
// Stops waiting for a promise that cannot be cancelled.

/**
 * @returns a signal for one wait, which aborts together with the given one. If many waits listened to one shared signal, Node.js
 * would report a leak.
 */
export const ownSignal = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);

/** @returns what the promise resolves to. @throws the signal's reason as soon as it aborts. The promise itself continues. */
export async function abortable<T>(
  promise: Promise<T>,
  shared: AbortSignal | undefined,
): Promise<T> {
  if (shared === undefined) return promise;
  const signal = ownSignal(shared);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
