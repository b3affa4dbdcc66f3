// SPDX-License-Identifier: Apache-2.0
// The SDK's typed client over a ledger in memory: what a merchant tests its integration with, no peers needed.
import type { Role } from '@fabric-offline-pay/domain';
import {
  ConflictError,
  createClient,
  EndorsementError,
  parseRefusal,
  RefusedError,
  type Client,
  type Transport,
} from '@fabric-offline-pay/sdk';
import type { Caller } from './caller';
import { ChaincodeError, CommitError } from './errors';
import type { MemoryLedger } from './memory-ledger';

type Submission = Parameters<Transport['submit']>;

export interface MemoryClientOptions {
  /** MSP ids by role, for transactions whose table entry names who endorses. */
  readonly organisations: Readonly<Partial<Record<Role, string>>>;
  /** Tries of a transaction that meets conflicts; 20 when absent. */
  readonly attempts?: number;
}

const CONFLICTS: readonly string[] = ['MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT'];

/** The same classes as over real peers. */
function translate(error: unknown): unknown {
  if (!(error instanceof ChaincodeError)) return error;
  const refusal = parseRefusal(error.message);
  return refusal === undefined
    ? new EndorsementError('ENDORSEMENT_FAILED', { message: error.message })
    : new RefusedError(refusal);
}

const isConflict = (error: unknown): boolean =>
  error instanceof CommitError && CONFLICTS.includes(error.commit.validationCode);

class MemoryTransport implements Transport {
  constructor(
    private readonly ledger: MemoryLedger,
    private readonly caller: Caller,
    private readonly options: MemoryClientOptions,
  ) {}

  async submit(...[call, decode, options]: Submission) {
    const started = performance.now();
    for (let attempts = 1; ; attempts += 1) {
      try {
        const { payload, commit } = await this.#once(call, options);
        const durationMs = performance.now() - started;
        return {
          result: decode(payload),
          transactionId: commit.txId,
          blockNumber: BigInt(commit.blockNumber),
          attempts,
          durationMs,
        };
      } catch (error) {
        if (!isConflict(error)) throw translate(error);
        if (attempts >= (this.options.attempts ?? 20)) throw new ConflictError('', { attempts });
      }
    }
  }

  async evaluate(...[call, decode]: Parameters<Transport['evaluate']>): Promise<unknown> {
    try {
      const proposal = this.#propose(call);
      return decode(await this.ledger.evaluate(proposal, this.caller.mspId));
    } catch (error) {
      throw translate(error);
    }
  }

  #propose(call: Submission[0]) {
    const transient = call.transient === undefined ? {} : { private: call.transient };
    return this.ledger.propose(this.caller, call.transaction.fullName, [call.argument], transient);
  }

  async #once(call: Submission[0], options: Submission[2]) {
    const roles = call.transaction.endorsers?.flatMap(
      (role) => this.options.organisations[role] ?? [],
    );
    const endorsers = options.endorsers ?? roles ?? this.ledger.memberIds;
    const endorsement = await this.ledger.endorseBy(this.#propose(call), [...endorsers]);
    const commit = await this.ledger.submit(endorsement);
    if (commit.validationCode !== 'VALID') throw new CommitError(commit);
    return { payload: endorsement.response.payload, commit };
  }
}

/** @returns the typed client of one certificate over the ledger. Conflicts are tried again, as over real peers. */
export const memoryClient = (
  ledger: MemoryLedger,
  caller: Caller,
  options: MemoryClientOptions,
): Client => createClient(new MemoryTransport(ledger, caller, options));
