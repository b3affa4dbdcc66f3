// SPDX-License-Identifier: Apache-2.0
// What became of one row of orders.csv.
import type { OrderState } from '@fabric-offline-pay/domain';
import type { PipelineResult } from '@fabric-offline-pay/sdk';

/**
 * `refused`: it never came to hold money. `replayed`: it was handled before; nothing moved. Else as the ledger says, also where a later
 * step was refused: then there is a refusal beside it.
 */
export type FinalState = OrderState | 'refused' | 'replayed';

export interface OrderOutcome {
  readonly line: number;
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly state: FinalState;
  /** Stable code of the refusal, null when none. */
  readonly refusal: string | null;
  /** The first outcome's final state, when this one is replayed. */
  readonly first?: FinalState;
  /** The login of the row: it names the order that it placed. */
  readonly loginId: string;
  /** The state on the ledger at the end of the run; null for a row that placed no order. */
  readonly ledger: OrderState | null;
  readonly mode: 'stepwise' | 'express';
  readonly passages: PipelineResult['passages'];
}
