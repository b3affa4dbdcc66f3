// SPDX-License-Identifier: Apache-2.0
// What the typed client needs from below it: real peers, or a ledger in memory.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import type { RetryOptions } from '../retry/retry.js';

/** How to ask. */
export interface QueryOptions {
  /** Stops waiting. A query has no effects. */
  readonly signal?: AbortSignal;
  readonly retries?: RetryOptions;
}

/** A call with `endorsers`, `signal` or `retries` of its own never shares a transaction with others. */
export interface SubmitOptions {
  /** Private input, for transactions whose table entry has one. It travels to the endorsers only, never into a block. */
  readonly transient?: Readonly<Record<string, unknown>>;
  /** MSP ids that endorse, instead of those the table and the connection's options lead to. */
  readonly endorsers?: readonly string[];
  /** Stops waiting. What was sent already ends as `OutcomeUnknownError`, its envelope stays in the journal. */
  readonly signal?: AbortSignal;
  readonly retries?: RetryOptions;
}

/** A transaction that stands valid in a block. */
export interface TransactionResult<Output> {
  readonly result: Output;
  /** Calls that travelled together share it. */
  readonly transactionId: string;
  readonly blockNumber: bigint;
  /** Proposals made, conflicts included; 1 when all went well. */
  readonly attempts: number;
  /** From the call to the commit. */
  readonly durationMs: number;
}

/** A checked call. */
export interface Call {
  readonly transaction: NamedTransaction;
  /** The one argument: the input as JSON. */
  readonly argument: string;
  /** The transient entry `private` as JSON. */
  readonly transient?: string;
}

/** Reads an answer. @throws {EndorsementError} OUTPUT_INVALID. */
export type Decode = (payload: Uint8Array) => unknown;

/** How calls reach the ledger: over a gateway, or in memory. */
export interface Transport {
  /** `decode` runs before anything is sent, so that an answer nobody can read never moves money. */
  submit(call: Call, decode: Decode, options: SubmitOptions): Promise<TransactionResult<unknown>>;
  /** Asks one's own peer; has no effects. */
  evaluate(call: Call, decode: Decode, options: QueryOptions): Promise<unknown>;
}
