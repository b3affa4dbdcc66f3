// SPDX-License-Identifier: Apache-2.0
// What a connection has done so far, for reports and benchmarks.
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

/** What was counted until a moment. */
export interface StatisticsSnapshot {
  /** Submitted transactions that were started, each once however often it was retried. */
  readonly submitted: number;
  readonly committed: number;
  readonly conflictsRetried: number;
  readonly outagesRetried: number;
  /** Endorsers that disagreed, usually because one was a block behind. */
  readonly divisionsRetried: number;
  readonly latencies: Latencies;
}

const KEPT = 10_000;

/** @param sorted ascending; nearest-rank percentile, 0 of nothing. */
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

/** Counts what a client does; hand one to several connections to count them together. */
export class Statistics {
  #submitted = 0;
  #committed = 0;
  #lastBlock = 0n;
  readonly #retries: Record<RetryReason, number> = { conflict: 0, unavailable: 0, divided: 0 };
  readonly #durations: number[] = [];

  /** The highest block that one of the committed transactions stands in: a peer that holds it knows of all of them. */
  get lastBlock(): bigint {
    return this.#lastBlock;
  }

  /** A transaction was begun. */
  started(): void {
    this.#submitted++;
  }

  /** It is tried again. */
  retried(reason: RetryReason): void {
    this.#retries[reason]++;
  }

  /** It stands in a block. @param durationMs from the call to the commit */
  committed(durationMs: number, blockNumber: bigint): void {
    if (blockNumber > this.#lastBlock) this.#lastBlock = blockNumber;
    this.#durations[this.#committed % KEPT] = durationMs;
    this.#committed++;
  }

  /** @returns what was counted so far; later changes do not show in it. */
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
