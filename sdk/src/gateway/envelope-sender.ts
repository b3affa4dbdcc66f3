// SPDX-License-Identifier: Apache-2.0
// Finds the outcome of a signed envelope: writes it to the journal, sends it, then asks for its status.
import { GatewayError, type Status, type Transaction } from '@hyperledger/fabric-gateway';
import { OrderingError, OutcomeUnknownError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import { isInMemory } from '../journal/memory-journal.js';
import { abortable } from '../retry/abortable.js';
import type { Pace } from '../retry/pace.js';
import type { CommitFeed, CommitSource } from './commit-feed.js';
import type { Deadlines } from './deadlines.js';
import { findOutcome, type Outcome } from './outcome.js';

export interface SenderContext {
  readonly source: CommitSource;
  readonly feed: Pick<CommitFeed, 'watch'>;
  readonly deadlines: Deadlines;
  readonly journal: Journal;
  readonly pace: Pace;
}

/** A transaction that is signed, at the latest when it is sent. `getBytes` is the envelope that the journal keeps. */
export type Envelope = Pick<Transaction, 'getBytes' | 'getTransactionId' | 'submit'>;

export interface EnvelopeOptions {
  readonly sentBefore: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A finished transaction must not be resumed again. If the journal fails here, the caller still gets the outcome. */
async function settleQuietly(journal: Journal, transactionId: string): Promise<void> {
  try {
    await journal.settle(transactionId);
  } catch {
    return;
  }
}

const detailsOf = (error: unknown): Readonly<Record<string, unknown>> =>
  error instanceof GatewayError
    ? { grpcCode: error.code, reason: error.message, orderers: error.details }
    : {};

export class EnvelopeSender {
  readonly #context: SenderContext;

  constructor(context: SenderContext) {
    this.#context = context;
  }

  /**
   * @returns the transaction's status, valid or not
   * @throws {OrderingError} when the ordering service refused it
   * @throws {OutcomeUnknownError} when nobody answered in time, or the signal aborted. The journal then keeps the envelope
   */
  async send(envelope: Envelope, options: EnvelopeOptions): Promise<Status> {
    const transactionId = envelope.getTransactionId();
    await this.#record(envelope);
    const outcome = await this.#outcome(envelope, options);
    if (outcome.kind === 'unknown')
      throw new OutcomeUnknownError(transactionId, envelope.getBytes(), outcome.cause);
    await settleQuietly(this.#context.journal, transactionId);
    if (outcome.kind === 'known') return outcome.status;
    throw new OrderingError(
      transactionId,
      { transactionId, ...detailsOf(outcome.cause) },
      outcome.cause,
    );
  }

  async #record(envelope: Envelope): Promise<void> {
    const { journal } = this.#context;
    const transactionId = envelope.getTransactionId();
    if (isInMemory(journal)) journal.recordLater(transactionId, () => envelope.getBytes());
    else await journal.record(transactionId, envelope.getBytes());
  }

  async #outcome(envelope: Envelope, { sentBefore, signal }: EnvelopeOptions): Promise<Outcome> {
    const { deadlines, pace, source, feed } = this.#context;
    const transactionId = envelope.getTransactionId();
    const watch = sentBefore ? undefined : feed.watch(transactionId, source);
    const ports = {
      send: () => envelope.submit(),
      status: async (timeoutMs: number) =>
        (await watch?.told) ?? source.ask(transactionId, timeoutMs),
    };
    try {
      return await abortable(
        findOutcome(ports, { ...deadlines, pace, sentBefore, signal }),
        signal,
      );
    } catch (cause) {
      return { kind: 'unknown', cause };
    } finally {
      watch?.end();
    }
  }
}
