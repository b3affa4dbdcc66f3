// SPDX-License-Identifier: Apache-2.0
// Waits for an answer until a deadline.

/** @throws an `AbortError` when the deadline has passed. A late answer is ignored. */
export async function within<T>(deadlineMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('no answer', 'AbortError')), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
