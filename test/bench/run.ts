// SPDX-License-Identifier: Apache-2.0
// What an experiment is given, and what it adds to the report.
import type { BenchNetwork } from './bench-network.js';
import type { Spread } from './pairs.js';

/** How much is run. */
export interface Scale {
  /** Pairs of rounds; the median of their ratios is reported. */
  readonly pairs: number;
  /** Transactions of a round. */
  readonly round: number;
  /** Transactions in flight where throughput is measured: enough that both processors are busy. */
  readonly inFlight: number;
  /** Orders before the first and the second measurement of growth. */
  readonly growth: readonly [number, number];
  /** Purchases in the two databases of which pages are read. */
  readonly purchases: readonly [number, number];
  /** Orders whose blocks are audited. */
  readonly audited: number;
  /** Jobs of a backlog. */
  readonly jobs: number;
}

export interface ReportParts {
  readonly ratios: Record<string, Spread>;
  /** Share of transactions that met a conflict and were tried again, in per cent. */
  readonly conflicts: Record<string, number>;
  /** Bytes in blocks, a transaction or an order. */
  readonly bytes: Record<string, number>;
  /** Microseconds of processor time a committed transaction, by process, by kind of transaction. */
  readonly cpuMicros: Record<string, Record<string, number>>;
  /** What was measured, in its own unit; only ratios hold on another machine. */
  readonly absolute: Record<string, number>;
}

export interface Run {
  readonly bench: BenchNetwork;
  readonly scale: Scale;
  readonly parts: ReportParts;
  readonly tell: (message: string) => void;
}

export type Experiment = (run: Run) => Promise<void>;

/** One that needs no network. */
export type LoneExperiment = (run: Omit<Run, 'bench'>) => Promise<void>;
