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

const steps = new WeakMap<object, string>();

/** @returns the transaction of an order, `contract:name`, that ended with this error; undefined for an error of anything else. */
export const failedStep = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? steps.get(error) : undefined;

/** Remembers which transaction an error is of, and throws it on. */
const failedAt =
  (transaction: string) =>
  (error: unknown): never => {
    if (typeof error === 'object' && error !== null) steps.set(error, transaction);
    throw error;
  };

/** Notes the committed transactions of one order, each once the peers have what came before. */
export class Passages {
  readonly #catchUp: Parties['catchUp'];
  readonly #passages: Passage[] = [];
  #lastBlock = 0n;
  #everywhere = 0n;
  #moved = false;

  /** @param before - what happened to the order already */
  constructor(parties: Pick<Parties, 'catchUp'>, before: readonly Passage[] = []) {
    this.#catchUp = parties.catchUp;
    this.#passages.push(...before);
    for (const { blockNumber } of before) this.#reached(blockNumber);
  }

  /** All transactions so far. */
  get all(): readonly Passage[] {
    return this.#passages;
  }

  /** Waits until every party's peer holds the order's last block: before reading what another party did. */
  async caughtUp(): Promise<void> {
    const block = this.#lastBlock;
    if (block > this.#everywhere) await this.#catchUp?.(block);
    this.#everywhere = block;
  }

  /** Submits a transaction of the order, notes what it did, and returns its answer. What it throws {@link failedStep} knows. */
  async note<Result extends Answer>(transaction: string, submit: Submit<Result>): Promise<Result> {
    const { result, transactionId, blockNumber, durationMs } = await this.#submit(submit).catch(
      failedAt(transaction),
    );
    this.#moved ||= !result.replayed;
    this.#reached(blockNumber);
    this.#passages.push({
      transaction,
      transactionId,
      blockNumber,
      units: result.units,
      durationMs,
    });
    return result;
  }

  /** @returns what the order came to. */
  end(state: OrderState): PipelineResult {
    return { state, replayed: !this.#moved, passages: this.#passages };
  }

  #reached(blockNumber: bigint): void {
    if (blockNumber > this.#lastBlock) this.#lastBlock = blockNumber;
  }

  /** A refusal may only mean that a peer has not got the order's last block yet: then it is asked once more. */
  async #submit<Result>(submit: Submit<Result>): Promise<TransactionResult<Result>> {
    try {
      return await submit();
    } catch (error) {
      const behind = this.#catchUp !== undefined && this.#lastBlock > this.#everywhere;
      if (!(error instanceof RefusedError) || !behind) throw error;
      await this.caughtUp();
      return submit();
    }
  }
}
