// SPDX-License-Identifier: Apache-2.0
// Runs many jobs, a fixed number at a time, and measures how fast they are.

/** One job's part in the figures: what it counts as retried work. */
export interface JobOutcome {
  /** Proposals made beyond the first. */
  readonly retries: number;
}

export interface Burst {
  readonly jobs: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds from the start of a job to its end, nearest rank. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly retries: number;
}

export type Job = () => Promise<JobOutcome>;

const rank = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

/** A closed loop: a new job starts when one ends. @throws what the first failing job threw. */
export async function burst(jobs: readonly Job[], inFlight: number): Promise<Burst> {
  const durations: number[] = [];
  let retries = 0;
  let next = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      const begun = performance.now();
      retries += (await job()).retries;
      durations.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - started) / 1000;
  durations.sort((a, b) => a - b);
  return {
    jobs: jobs.length,
    seconds,
    perSecond: jobs.length / seconds,
    p50Ms: rank(durations, 0.5),
    p99Ms: rank(durations, 0.99),
    retries,
  };
}
