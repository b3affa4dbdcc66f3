// SPDX-License-Identifier: Apache-2.0
// Stops waiting for something that cannot be cancelled itself.

/**
 * @returns a signal that aborts with that one, for one wait: a signal that many calls share would have a listener of each, which
 * Node.js takes for a leak.
 */
export const ownSignal = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);

/** @returns what the promise answers. @throws the signal's reason as soon as it aborts; the promise is left to itself. */
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
