// SPDX-License-Identifier: Apache-2.0
// A transaction of the ledger as an operation of a node, and the same operation as a transaction again for whoever calls the node: the
// pipelines of the SDK run over nodes as they run over connections.
import { randomUUID } from 'node:crypto';
import { ERRORS, type ErrorCode } from '@fabric-offline-pay/domain';
import { RefusedError, UnavailableError, type TransactionResult } from '@fabric-offline-pay/sdk';
import * as z from 'zod';
import type { CallOptions } from './node-client.js';
import { isCodedError } from './node-error.js';

/** Where the transaction of a call stands: in the answer of every operation that writes to the ledger. */
export const ledgerPlace = {
  transactionId: z.string().describe('the transaction that wrote it, 64 hex digits'),
  blockNumber: z.int().min(0).describe('the block that has it'),
};

/** The answer of an operation that wrote to the ledger. */
export type WithPlace<Result> = Result & LedgerPlace;

interface LedgerPlace {
  readonly transactionId: string;
  readonly blockNumber: number;
}

export const withPlace = <Result extends object>({
  result,
  transactionId,
  blockNumber,
}: TransactionResult<Result>): WithPlace<Result> => ({
  ...result,
  transactionId,
  blockNumber: Number(blockNumber),
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
type StepCall<Input, Answer> = (input: Input, options: CallOptions) => Promise<Answer>;

/**
 * @returns the operation as a transaction. Each call has an idempotency key of its own, since the ledger has natural keys.
 * @throws {RefusedError} with the ledger's code; {UnavailableError} when node or ledger did not answer
 */
export const ledgerStep =
  <Input, Answer extends LedgerPlace>(call: StepCall<Input, Answer>) =>
  async (input: Input): Promise<TransactionResult<Omit<Answer, keyof LedgerPlace>>> => {
    const begun = performance.now();
    try {
      const answer = await call(input, { idempotencyKey: randomUUID() });
      const { transactionId, blockNumber, ...result } = answer;
      return {
        result,
        transactionId,
        blockNumber: BigInt(blockNumber),
        attempts: 1,
        durationMs: performance.now() - begun,
      };
    } catch (error) {
      throw toLedgerError(error);
    }
  };
