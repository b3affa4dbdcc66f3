// SPDX-License-Identifier: Apache-2.0
// A transaction of the ledger as an operation of a node, and the same operation as a transaction again for whoever calls the node: the
// pipelines of the SDK run over nodes as they run over connections.
import { randomUUID } from 'node:crypto';
import { ERRORS, type ErrorCode } from '@fabric-offline-pay/domain';
import {
  RefusedError,
  UnavailableError,
  type Statistics,
  type TransactionResult,
} from '@fabric-offline-pay/sdk';
import * as z from 'zod';
import type { CallOptions } from './node-client.js';
import { isCodedError } from './node-error.js';

/** Where the transaction of a call stands: in the answer of every operation that writes to the ledger. */
export const ledgerPlace = {
  transactionId: z.string().describe('the transaction that wrote it, 64 hex digits'),
  blockNumber: z.int().min(0).describe('the block that has it'),
  attempts: z.int().min(1).describe('how often it was proposed; more than 1 after conflicts'),
};

/** The answer of an operation that wrote to the ledger. */
export type WithPlace<Result> = Result & Placed;

export interface Placed {
  readonly transactionId: string;
  readonly blockNumber: number;
  readonly attempts: number;
}

export const withPlace = <Result extends object>({
  result,
  transactionId,
  blockNumber,
  attempts,
}: TransactionResult<Result>): WithPlace<Result> => ({
  ...result,
  transactionId,
  blockNumber: Number(blockNumber),
  attempts,
});

/** @returns the shape of what a transaction answers, with its place. */
export const placedOutput = <
  Shape extends z.core.$ZodLooseShape,
  Config extends z.core.$ZodObjectConfig,
>(
  output: z.ZodObject<Shape, Config>,
) => output.extend(ledgerPlace);

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** A node that did not answer, and one whose ledger did not. */
const AWAY: readonly string[] = ['LEDGER_UNAVAILABLE', 'SERVICE_UNREACHABLE', 'CALL_IN_PROGRESS'];

/** @returns the error that a connection to the ledger would have thrown */
function toLedgerError(error: unknown): unknown {
  if (!isCodedError(error)) return error;
  const { code, message, field } = error;
  if (AWAY.includes(code)) return new UnavailableError({ code }, error);
  if (!isErrorCode(code)) return error;
  const details = field === undefined ? {} : { field };
  return new RefusedError({ code, message, details }, false, error);
}

/** An operation that writes to the ledger, as a node's client has it. */
export type StepCall<Input, Answer> = (input: Input, options: CallOptions) => Promise<Answer>;

function note(statistics: Statistics, { durationMs, blockNumber, attempts }: Committed): void {
  statistics.started();
  for (let again = 1; again < attempts; again++) statistics.retried('conflict');
  statistics.committed(durationMs, blockNumber);
}

type Committed = Pick<TransactionResult<unknown>, 'durationMs' | 'blockNumber' | 'attempts'>;

/**
 * @returns the operation as a transaction. Each call has an idempotency key of its own, since the ledger has natural keys.
 * @param statistics counts it like a transaction of a connection
 * @throws {RefusedError} with the ledger's code; {UnavailableError} when node or ledger did not answer
 */
export const ledgerStep =
  <Input, Answer extends Placed>(call: StepCall<Input, Answer>, statistics?: Statistics) =>
  async (input: Input): Promise<TransactionResult<Omit<Answer, keyof Placed>>> => {
    const begun = performance.now();
    try {
      const answer = await call(input, { idempotencyKey: randomUUID() });
      const { transactionId, blockNumber, attempts, ...result } = answer;
      const durationMs = performance.now() - begun;
      const placed = { transactionId, blockNumber: BigInt(blockNumber), attempts, durationMs };
      if (statistics !== undefined) note(statistics, placed);
      return { result, ...placed };
    } catch (error) {
      throw toLedgerError(error);
    }
  };
