// SPDX-License-Identifier: Apache-2.0
// The result of one row of orders.csv.
import type { OrderState } from '@fabric-offline-pay/domain';
import type { PipelineResult } from '@fabric-offline-pay/sdk';
import type { Failure } from './failure.js';

/**
 * `refused`: before money was held. `unfinished`: something did not answer; the next run continues the row. `replayed`: it was handled
 * before; nothing moved. Otherwise the state on the ledger; when a later step failed, `refusal` is set too.
 */
export type FinalState = OrderState | 'refused' | 'replayed' | 'unfinished';

/** How a row ended when it was handled. */
export interface FirstOutcome {
  readonly state: FinalState;
  /** Stable code of the failure; null when nothing failed. */
  readonly refusal: string | null;
}

export interface OrderOutcome extends FirstOutcome, Pick<Failure, 'step' | 'units'> {
  readonly line: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  /** False when something did not answer: the next run continues the row. */
  readonly isOver: boolean;
  /** The first outcome, when this one is replayed. */
  readonly first?: FirstOutcome;
  /** The login of the row. It identifies the order that the row placed. */
  readonly loginId: string;
  /** The state on the ledger at the end of the run; null when the row placed no order. */
  readonly ledger: OrderState | null;
  readonly mode: 'stepwise' | 'express';
  readonly passages: PipelineResult['passages'];
}
