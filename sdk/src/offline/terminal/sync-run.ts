// SPDX-License-Identifier: Apache-2.0
// One synchronisation as it goes: what the ledger said, what is stuck, and what could not be asked. Whatever one entry
// meets, the others go on.
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
  /** The payments of which the ledger said something. */
  readonly judged: AcceptedPayment[];
  readonly stuck: StuckBatch[];
  readonly unproven: UnprovenFraud[];
  /** What could not be asked: the first of them ends the run, once everything else was tried. */
  readonly failures: Error[];
}

export const newRun = (
  context: TerminalContext,
  ledger: TerminalLedger,
  signal: AbortSignal | undefined,
): SyncRun => ({
  ...{ context, ledger, signal },
  ...{ tried: new Set(), judged: [], stuck: [], unproven: [], failures: [] },
});

/** Notes a failure. @throws the signal's reason once the run was stopped. */
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
