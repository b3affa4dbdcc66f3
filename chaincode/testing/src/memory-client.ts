// SPDX-License-Identifier: Apache-2.0
// The SDK's typed client over a ledger in memory. Merchants test their integration with it, without peers.
import type { Role } from '@fabric-offline-pay/domain';
import {
  BatchingTransport,
  chooseEndorsers,
  ConflictError,
  createClient,
  realPace,
  type Call,
  type Client,
  type Decode,
  type QueryOptions,
  type SubmitOptions,
  type TransactionResult,
  type Transport,
} from '@fabric-offline-pay/sdk';
import type { Caller } from './caller';
import { beforeSending, invalidity } from './client-errors';
import type { MemoryLedger } from './memory-ledger';
import type { Commit, Endorsement } from './types';

/** Options of {@link memoryClient}. */
export interface MemoryClientOptions {
  /** MSP ids by role, for transactions whose endorsers the table names. */
  readonly organisations: Readonly<Partial<Record<Role, string>>>;
  /** The most attempts of a transaction that meets conflicts, unless the call's own options say otherwise. Default: 20. */
  readonly attempts?: number;
  /** Whether calls made at the same time may be sent as one transaction, as over real peers. Default: false. */
  readonly batching?: boolean;
}

const MOST_ATTEMPTS = 20;

class MemoryTransport implements Transport {
  constructor(
    private readonly ledger: MemoryLedger,
    private readonly caller: Caller,
    private readonly options: MemoryClientOptions,
  ) {}

  async submit(
    call: Call,
    decode: Decode,
    options: SubmitOptions,
  ): Promise<TransactionResult<unknown>> {
    const started = performance.now();
    const most = this.#mostAttempts(options);
    for (let attempts = 1; ; attempts += 1) {
      const { result, commit } = await this.#attempt(call, decode, options);
      const error = invalidity(commit);
      if (error === undefined)
        return {
          result,
          transactionId: commit.txId,
          blockNumber: BigInt(commit.blockNumber),
          attempts,
          durationMs: performance.now() - started,
        };
      if (!(error instanceof ConflictError) || attempts >= most) throw error;
    }
  }

  #mostAttempts({ retries }: SubmitOptions): number {
    if (retries?.conflicts === false) return 1;
    return retries?.attempts ?? this.options.attempts ?? MOST_ATTEMPTS;
  }

  async evaluate(call: Call, decode: Decode, { signal }: QueryOptions): Promise<unknown> {
    signal?.throwIfAborted();
    try {
      return decode(await this.ledger.evaluate(this.#propose(call), this.caller.mspId));
    } catch (error) {
      throw beforeSending(error);
    }
  }

  /** Reads the answer before it sends anything, as over real peers. */
  async #attempt(
    call: Call,
    decode: Decode,
    options: SubmitOptions,
  ): Promise<{ result: unknown; commit: Commit }> {
    options.signal?.throwIfAborted();
    const endorsement = await this.#endorse(call, options);
    const result = decode(endorsement.response.payload);
    return { result, commit: await this.ledger.submit(endorsement) };
  }

  async #endorse(call: Call, options: SubmitOptions): Promise<Endorsement> {
    const { organisations } = this.options;
    const context = { mode: 'pinned', organisations, ownMspId: this.caller.mspId } as const;
    const plan = chooseEndorsers(call.transaction, context, options.endorsers);
    const endorsers = plan.organisations ?? this.ledger.memberIds;
    try {
      return await this.ledger.endorseBy(this.#propose(call), endorsers);
    } catch (error) {
      throw beforeSending(error);
    }
  }

  #propose({ transaction, argument, transient }: Call) {
    const sent = transient === undefined ? {} : { private: transient };
    return this.ledger.propose(this.caller, transaction.fullName, [argument], sent);
  }
}

/**
 * Makes the typed client of one certificate over the ledger. It chooses the same endorsers, repeats conflicts and throws the
 * same errors as the client of `connect` over real peers.
 */
export const memoryClient = (
  ledger: MemoryLedger,
  caller: Caller,
  options: MemoryClientOptions,
): Client => {
  const transport = new MemoryTransport(ledger, caller, options);
  return createClient(
    options.batching === true ? new BatchingTransport(transport, realPace) : transport,
  );
};
