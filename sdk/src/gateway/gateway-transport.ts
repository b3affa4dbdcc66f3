// SPDX-License-Identifier: Apache-2.0
// The typed client's transport over a peer's gateway: endorses, signs, sends, and repeats where that is safe.
import type {
  Contract,
  Gateway,
  Proposal,
  ProposalOptions,
  Status,
  Transaction,
} from '@hyperledger/fabric-gateway';
import { chooseEndorsers, type EndorserContext, type EndorserPlan } from '../client/endorsers.js';
import type {
  Call,
  Decode,
  QueryOptions,
  SubmitOptions,
  TransactionResult,
  Transport,
} from '../client/transport.js';
import { UnavailableError } from '../errors.js';
import { abortable } from '../retry/abortable.js';
import type { Pace } from '../retry/pace.js';
import { retry, type RetryContext, type RetryReason } from '../retry/retry.js';
import type { Signer } from '../signer/native-signer.js';
import { beforeSending } from './classify.js';
import { callWithin, type Deadlines } from './deadlines.js';
import type { EnvelopeSender } from './envelope-sender.js';
import type { Statistics } from './statistics.js';
import { invalidity } from './validation.js';

export interface TransportContext {
  readonly gateway: Pick<Gateway, 'newSignedTransaction'>;
  readonly contract: Pick<Contract, 'newProposal'>;
  /** Signs an envelope that the journal has to hold before it is sent. Without it, the gateway signs while sending: fewer steps. */
  readonly signer: Signer | undefined;
  readonly sender: Pick<EnvelopeSender, 'send'>;
  readonly deadlines: Pick<Deadlines, 'evaluateMs' | 'queryMs'>;
  readonly endorsers: EndorserContext;
  readonly statistics: Statistics;
  readonly pace: Pace;
}

interface Committed {
  readonly result: unknown;
  readonly status: Status;
}

function proposalOptions(
  call: Call,
  organisations: readonly string[] | undefined,
): ProposalOptions {
  return {
    arguments: [call.argument],
    ...(call.transient !== undefined && { transientData: { private: call.transient } }),
    ...(organisations && { endorsingOrganizations: [...organisations] }),
  };
}

export class GatewayTransport implements Transport {
  readonly #context: TransportContext;

  constructor(context: TransportContext) {
    this.#context = context;
  }

  async evaluate(call: Call, decode: Decode, options: QueryOptions): Promise<unknown> {
    // Only your own organisation, and an error when it cannot answer: another organisation's peer could lie.
    const own = [this.#context.endorsers.ownMspId];
    const { deadlines, pace } = this.#context;
    const retries = { deadlineMs: deadlines.queryMs, ...options.retries };
    const end = pace.now() + Math.max(deadlines.queryMs, retries.deadlineMs);
    // The rest of the query's time, so that the last attempt does not exceed it.
    const left = (): number => Math.min(deadlines.evaluateMs, end - pace.now());
    const payload = await retry(
      () =>
        this.#ask(own, options.signal, () =>
          this.#proposal(call, own).evaluate(callWithin(left())),
        ),
      this.#retries({ ...options, retries }, () => undefined),
    );
    return decode(payload);
  }

  async submit(
    call: Call,
    decode: Decode,
    options: SubmitOptions,
  ): Promise<TransactionResult<unknown>> {
    const { endorsers, pace, statistics } = this.#context;
    const plan = chooseEndorsers(call.transaction, endorsers, options.endorsers);
    const started = pace.now();
    statistics.started();
    let attempts = 0;
    const { result, status } = await retry(
      (number) => {
        attempts = number;
        return this.#attempt(call, decode, plan, options.signal);
      },
      this.#retries(options, (reason) => statistics.retried(reason)),
    );
    const durationMs = pace.now() - started;
    statistics.committed(durationMs, status.blockNumber);
    return {
      result,
      transactionId: status.transactionId,
      blockNumber: status.blockNumber,
      attempts,
      durationMs,
    };
  }

  /** Always makes a new proposal: time and read versions of the old one are outdated. */
  async #attempt(
    call: Call,
    decode: Decode,
    plan: EndorserPlan,
    signal?: AbortSignal,
  ): Promise<Committed> {
    const transaction = await this.#endorseByPlan(call, plan, signal);
    const result = decode(transaction.getResult());
    const envelope = await this.#sign(transaction);
    signal?.throwIfAborted();
    const status = await this.#context.sender.send(envelope, { sentBefore: false, signal });
    const error = invalidity(status);
    if (error) throw error;
    return { result, status };
  }

  async #endorseByPlan(call: Call, plan: EndorserPlan, signal?: AbortSignal): Promise<Transaction> {
    const { organisations, mayFallBack } = plan;
    const asked = organisations ?? [this.#context.endorsers.ownMspId];
    try {
      return await this.#endorse(call, organisations, asked, signal);
    } catch (error) {
      if (!mayFallBack || !(error instanceof UnavailableError)) throw error;
      // The gateway asks its own peer first. If only that peer refuses, it may have just started and be some blocks behind.
      return this.#endorse(call, undefined, asked, signal);
    }
  }

  #endorse(
    call: Call,
    organisations: readonly string[] | undefined,
    asked: readonly string[],
    signal?: AbortSignal,
  ): Promise<Transaction> {
    return this.#ask(asked, signal, () => this.#proposal(call, organisations).endorse());
  }

  async #ask<T>(
    asked: readonly string[],
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await abortable(work(), signal);
    } catch (error) {
      throw beforeSending(error, asked);
    }
  }

  #proposal(call: Call, organisations: readonly string[] | undefined): Proposal {
    return this.#context.contract.newProposal(
      call.transaction.fullName,
      proposalOptions(call, organisations),
    );
  }

  async #sign(transaction: Transaction): Promise<Transaction> {
    const { signer, gateway } = this.#context;
    if (signer === undefined) return transaction;
    return gateway.newSignedTransaction(
      transaction.getBytes(),
      await signer(transaction.getDigest()),
    );
  }

  #retries(options: QueryOptions, onRetry: (reason: RetryReason) => void): RetryContext {
    return {
      pace: this.#context.pace,
      options: options.retries ?? {},
      signal: options.signal,
      onRetry,
    };
  }
}
