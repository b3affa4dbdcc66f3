// SPDX-License-Identifier: Apache-2.0
// Counts what a connection did, for reports and benchmarks.
import type { RetryReason } from '../retry/retry.js';

/** How long commits took, in milliseconds. */
export interface Latencies {
  readonly count: number;
  /** Milliseconds from call to commit, of the last 10,000 committed transactions. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly maximum: number;
}

/** The counts at one moment. */
export interface StatisticsSnapshot {
  /** Transactions that were started. A retried transaction counts once. */
  readonly submitted: number;
  readonly committed: number;
  readonly conflictsRetried: number;
  readonly outagesRetried: number;
  /** Retries because endorsers disagreed, usually because one was a block behind. */
  readonly divisionsRetried: number;
  readonly latencies: Latencies;
}

const KEPT = 10_000;

/** @param sorted in ascending order. @returns the nearest-rank percentile, 0 when empty. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

function summarise(durations: readonly number[]): Latencies {
  const sorted = [...durations].sort((a, b) => a - b);
  return {
    count: sorted.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    maximum: sorted.at(-1) ?? 0,
  };
}

/** Counts what a client does. Share one between several connections to count them together. */
export class Statistics {
  #submitted = 0;
  #committed = 0;
  #lastBlock = 0n;
  readonly #retries: Record<RetryReason, number> = { conflict: 0, unavailable: 0, divided: 0 };
  readonly #durations: number[] = [];

  /** The highest block that contains one of the committed transactions. A peer that holds this block knows all of them. */
  get lastBlock(): bigint {
    return this.#lastBlock;
  }

  /** Notes that a transaction was started. */
  started(): void {
    this.#submitted++;
  }

  /** Notes that it is tried again. */
  retried(reason: RetryReason): void {
    this.#retries[reason]++;
  }

  /** Notes that it stands valid in a block. @param durationMs from the call to the commit */
  committed(durationMs: number, blockNumber: bigint): void {
    if (blockNumber > this.#lastBlock) this.#lastBlock = blockNumber;
    this.#durations[this.#committed % KEPT] = durationMs;
    this.#committed++;
  }

  /** @returns a copy of the counts. Later changes do not show in it. */
  snapshot(): StatisticsSnapshot {
    return {
      submitted: this.#submitted,
      committed: this.#committed,
      conflictsRetried: this.#retries.conflict,
      outagesRetried: this.#retries.unavailable,
      divisionsRetried: this.#retries.divided,
      latencies: summarise(this.#durations),
    };
  }
}
