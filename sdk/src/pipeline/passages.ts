// SPDX-License-Identifier: Apache-2.0
// Collects what an order's transactions did, while they run in parallel.
import type { OrderState, UnitId } from '@fabric-offline-pay/domain';
import type { TransactionResult } from '../client/transport.js';
import { RefusedError } from '../errors.js';
import type { Parties, Passage, PipelineResult } from './purchase.js';

interface Answer {
  readonly replayed: boolean;
  readonly units: readonly UnitId[];
}

/** A transaction to be submitted, perhaps twice. */
type Submit<Result> = () => Promise<TransactionResult<Result>>;

export class Passages {
  readonly #catchUp: Parties['catchUp'];
  readonly #passages: Passage[] = [];
  #lastBlock = 0n;
  #everywhere = 0n;
  #moved = false;

  constructor(parties: Parties) {
    this.#catchUp = parties.catchUp;
  }

  /** Submits a transaction of the order, notes what it did, and returns its answer. */
  async note<Result extends Answer>(transaction: string, submit: Submit<Result>): Promise<Result> {
    const { result, transactionId, blockNumber, durationMs } = await this.#submit(submit);
    this.#moved ||= !result.replayed;
    if (blockNumber > this.#lastBlock) this.#lastBlock = blockNumber;
    this.#passages.push({ transaction, transactionId, blockNumber, units: result.units, durationMs });
    return result;
  }

  end(state: OrderState): PipelineResult {
    return { state, replayed: !this.#moved, passages: this.#passages };
  }

  /** A refusal may only mean that a peer has not got the order's last block yet: then it is asked once more. */
  async #submit<Result>(submit: Submit<Result>): Promise<TransactionResult<Result>> {
    try {
      return await submit();
    } catch (error) {
      const block = this.#lastBlock;
      if (!(error instanceof RefusedError) || this.#catchUp === undefined || block <= this.#everywhere) throw error;
      await this.#catchUp(block);
      this.#everywhere = block;
      return submit();
    }
  }
}
