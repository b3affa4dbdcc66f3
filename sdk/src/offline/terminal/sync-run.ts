// SPDX-License-Identifier: Apache-2.0
// The state of one synchronisation: the ledger's verdicts, what is stuck, and what could not be asked. A problem of one entry
// does not stop the others.
import type { TerminalContext } from './context.js';
import type { AcceptedPayment } from './records.js';
import type { StuckBatch, UnprovenFraud } from './stuck.js';
import type { TerminalLedger } from './terminal-ledger.js';

export interface SyncRun {
  readonly context: TerminalContext;
  readonly ledger: TerminalLedger;
  readonly signal: AbortSignal | undefined;
  /** Order numbers that this run has tried. */
  readonly tried: Set<string>;
  /** The payments on which the ledger gave a verdict. */
  readonly judged: AcceptedPayment[];
  readonly stuck: StuckBatch[];
  readonly unproven: UnprovenFraud[];
  /** What could not be asked. The first failure ends the run, after everything else was tried. */
  readonly failures: Error[];
}

export const newRun = (
  context: TerminalContext,
  ledger: TerminalLedger,
  signal: AbortSignal | undefined,
): SyncRun => ({
  context,
  ledger,
  signal,
  tried: new Set(),
  judged: [],
  stuck: [],
  unproven: [],
  failures: [],
});

/** Notes a failure. @throws the signal's reason when the run was stopped */
export function noteFailure({ failures, signal }: SyncRun, error: unknown): void {
  signal?.throwIfAborted();
  failures.push(error instanceof Error ? error : new Error(String(error)));
}

export function noteStuck({ context, stuck }: SyncRun, batch: StuckBatch): void {
  stuck.push(batch);
  context.events.emit({ kind: 'stuck', batch });
}

export function noteUnproven({ context, unproven }: SyncRun, fraud: UnprovenFraud): void {
  unproven.push(fraud);
  context.events.emit({ kind: 'unproven', fraud });
}
