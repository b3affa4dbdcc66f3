// SPDX-License-Identifier: Apache-2.0
// Collects the results of an order's transactions, which may run in parallel.
import type { OrderState, UnitId } from '@fabric-offline-pay/domain';
import type { TransactionResult } from '../client/transport.js';
import { RefusedError } from '../errors.js';
import type { Passage, PipelineParties, PipelineResult } from './purchase.js';

interface StepAnswer {
  readonly replayed: boolean;
  readonly units: readonly UnitId[];
}

/** Submits a transaction; may be called twice. */
type SubmitStep<Result> = () => Promise<TransactionResult<Result>>;

const steps = new WeakMap<object, string>();

/** @returns which transaction of an order threw this error, as `contract:name`. Undefined for an error of anything else. */
export const failedStep = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? steps.get(error) : undefined;

/** Remembers which transaction threw an error, and throws it again. */
const rememberStepAndThrow =
  (transaction: string) =>
  (error: unknown): never => {
    if (typeof error === 'object' && error !== null) steps.set(error, transaction);
    throw error;
  };

/** Notes the committed transactions of one order. Each starts when the peers have the earlier ones. */
export class Passages {
  readonly #catchUp: PipelineParties['catchUp'];
  readonly #passages: Passage[] = [];
  #lastBlock = 0n;
  #everywhere = 0n;
  #moved = false;

  /** @param before transactions that the order has had already */
  constructor(parties: Pick<PipelineParties, 'catchUp'>, before: readonly Passage[] = []) {
    this.#catchUp = parties.catchUp;
    this.#passages.push(...before);
    for (const { blockNumber } of before) this.#noteBlock(blockNumber);
  }

  /** All transactions so far. */
  get all(): readonly Passage[] {
    return this.#passages;
  }

  /** Waits until every party's peer holds the order's last block. Needed before reading what another party did. */
  async caughtUp(): Promise<void> {
    const block = this.#lastBlock;
    if (block > this.#everywhere) await this.#catchUp?.(block);
    this.#everywhere = block;
  }

  /** Submits a transaction of the order, notes its result, and returns its answer. {@link failedStep} knows the errors it throws. */
  async note<Result extends StepAnswer>(
    transaction: string,
    submit: SubmitStep<Result>,
  ): Promise<Result> {
    const { result, transactionId, blockNumber, durationMs } = await this.#submit(submit).catch(
      rememberStepAndThrow(transaction),
    );
    this.#moved ||= !result.replayed;
    this.#noteBlock(blockNumber);
    this.#passages.push({
      transaction,
      transactionId,
      blockNumber,
      units: result.units,
      durationMs,
    });
    return result;
  }

  /** @returns the result of the order. */
  end(state: OrderState): PipelineResult {
    return { state, replayed: !this.#moved, passages: this.#passages };
  }

  #noteBlock(blockNumber: bigint): void {
    if (blockNumber > this.#lastBlock) this.#lastBlock = blockNumber;
  }

  /** A refusal may only mean that a peer does not have the order's last block yet. So it waits for the block and tries once more. */
  async #submit<Result>(submit: SubmitStep<Result>): Promise<TransactionResult<Result>> {
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
