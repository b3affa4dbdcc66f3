// SPDX-License-Identifier: Apache-2.0
// Runs jobs in parallel, with a limit on their number.

/** Runs `job` for every item, at most `limit` at once. Rejects with the first failure after the running jobs have ended. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  job: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await job(item);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}
