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
  /** The merchant's own, beside the bank's. */
  readonly limits: TillLimits | undefined;
  readonly clock: Clock;
  readonly events: TerminalEvents;
  /** For whatever reads, decides and writes. Never held while the ledger is asked. */
  readonly inTurn: InTurn;
}
