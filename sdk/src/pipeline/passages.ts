// SPDX-License-Identifier: Apache-2.0
// Collects what an order's transactions did, while they run in parallel.
import type { OrderState, UnitId } from '@fabric-offline-pay/domain';
import type { TransactionResult } from '../client/transport.js';
import type { Passage, PipelineResult } from './purchase.js';

interface Answer {
  readonly replayed: boolean;
  readonly units: readonly UnitId[];
}

export class Passages {
  readonly #passages: Passage[] = [];
  #moved = false;

  /** Notes a committed transaction and returns its answer. */
  async note<Result extends Answer>(
    transaction: string,
    submitted: Promise<TransactionResult<Result>>,
  ): Promise<Result> {
    const { result, transactionId, blockNumber, durationMs } = await submitted;
    this.#moved ||= !result.replayed;
    this.#passages.push({
      transaction,
      transactionId,
      blockNumber,
      units: result.units,
      durationMs,
    });
    return result;
  }

  end(state: OrderState): PipelineResult {
    return { state, replayed: !this.#moved, passages: this.#passages };
  }
}
