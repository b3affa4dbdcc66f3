// SPDX-License-Identifier: Apache-2.0
// What the typed client needs from the layer below: real peers, or a ledger in memory.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import type { RetryOptions } from '../retry/retry.js';

/** Options of a query. */
export interface QueryOptions {
  /** Stops waiting. A query has no effects. */
  readonly signal?: AbortSignal;
  readonly retries?: RetryOptions;
}

/** Options of a transaction. A call with its own `endorsers`, `signal` or `retries` never shares a transaction with others. */
export interface SubmitOptions {
  /** Private input, where the transaction has one. It goes to the endorsers only and never into a block. */
  readonly transient?: Readonly<Record<string, unknown>>;
  /** MSP ids of the endorsers. Default: those that follow from the table and the connection's options. */
  readonly endorsers?: readonly string[];
  /** Stops waiting. A call that was already sent ends as `OutcomeUnknownError`; its envelope stays in the journal. */
  readonly signal?: AbortSignal;
  readonly retries?: RetryOptions;
}

/** A transaction that stands valid in a block. */
export interface TransactionResult<Output> {
  readonly result: Output;
  /** Calls that were sent together share it. */
  readonly transactionId: string;
  readonly blockNumber: bigint;
  /** Number of proposals made, conflicts included; 1 when nothing had to be repeated. */
  readonly attempts: number;
  /** Milliseconds from the call to the commit. */
  readonly durationMs: number;
}

/** A call whose input was checked. */
export interface Call {
  readonly transaction: NamedTransaction;
  /** The only argument: the input as JSON. */
  readonly argument: string;
  /** The transient entry `private` as JSON. */
  readonly transient?: string;
}

/** Reads an answer. @throws {EndorsementError} OUTPUT_INVALID */
export type Decode = (payload: Uint8Array) => unknown;

/** How calls reach the ledger: over a gateway, or in memory. */
export interface Transport {
  /** Runs `decode` before it sends anything, so that an unreadable answer never moves money. */
  submit(call: Call, decode: Decode, options: SubmitOptions): Promise<TransactionResult<unknown>>;
  /** Asks a peer of your own organisation. Has no effects. */
  evaluate(call: Call, decode: Decode, options: QueryOptions): Promise<unknown>;
}
