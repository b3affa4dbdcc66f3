// SPDX-License-Identifier: Apache-2.0
// What became of one row of orders.csv.
import type { OrderState } from '@fabric-offline-pay/domain';
import type { PipelineResult } from '@fabric-offline-pay/sdk';
import type { Failure } from './failure.js';

/**
 * `refused`: it never came to hold money. `unfinished`: somebody did not answer; the same row goes on when it is run again. `replayed`: it
 * was handled before; nothing moved. Else as the ledger says, also where a later step failed: then there is a refusal beside it.
 */
export type FinalState = OrderState | 'refused' | 'replayed' | 'unfinished';

/** What a row came to when it was handled. */
export interface FirstOutcome {
  readonly state: FinalState;
  /** Stable code of what failed, null when nothing did. */
  readonly refusal: string | null;
}

export interface OrderOutcome extends FirstOutcome, Pick<Failure, 'step' | 'units'> {
  readonly line: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  /** False when somebody did not answer: the next run goes on with the row. */
  readonly isOver: boolean;
  /** The first outcome, when this one is replayed. */
  readonly first?: FirstOutcome;
  /** The login of the row: it names the order that it placed. */
  readonly loginId: string;
  /** The state on the ledger at the end of the run; null for a row that placed no order. */
  readonly ledger: OrderState | null;
  readonly mode: 'stepwise' | 'express';
  readonly passages: PipelineResult['passages'];
}
