// SPDX-License-Identifier: Apache-2.0
// What the parts of a terminal share.
import type { Clock } from '../clock.js';
import type { InTurn } from '../in-turn.js';
import type { Store } from '../store/store.js';
import type { TerminalEvents } from './events.js';
import type { Till } from './make-request.js';
import type { TillLimits } from './till-limits.js';
import type { TrustOptions } from './trust.js';

export interface TerminalContext {
  readonly store: Store;
  readonly till: Till;
  readonly trust: TrustOptions;
  /** The merchant's own limits, in addition to the bank's. */
  readonly limits: TillLimits | undefined;
  readonly clock: Clock;
  readonly events: TerminalEvents;
  /** For work that reads, decides and writes. It never waits for the ledger. */
  readonly inTurn: InTurn;
}
