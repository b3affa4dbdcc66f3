// SPDX-License-Identifier: Apache-2.0
// Finds the outcome of envelopes that an earlier call, or an earlier process, left.
import type { Gateway, Transaction } from '@hyperledger/fabric-gateway';
import { CorruptDataError, OffpayError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { EnvelopeSender } from './envelope-sender.js';
import { invalidity } from './validation.js';

/** A resumed transaction that stands valid in a block. */
export interface ResumedTransaction {
  readonly transactionId: string;
  readonly blockNumber: bigint;
  /** The transaction's output, or for a batch its `BatchAnswer`s. */
  readonly result: unknown;
}

/** The outcome of one envelope of the journal. */
export type Recovered =
  | ({ readonly outcome: 'committed' } & ResumedTransaction)
  | { readonly outcome: 'failed'; readonly transactionId: string; readonly error: OffpayError };

export interface ResumeContext {
  readonly gateway: Pick<Gateway, 'newTransaction'>;
  readonly sender: Pick<EnvelopeSender, 'send'>;
  readonly journal: Journal;
}

function transactionIn(gateway: ResumeContext['gateway'], envelope: Uint8Array): Transaction {
  try {
    return gateway.newTransaction(envelope);
  } catch (error) {
    throw new CorruptDataError(
      'JOURNAL_CORRUPT',
      { reason: 'no envelope', bytes: envelope.length },
      error,
    );
  }
}

const resultOf = (transaction: Transaction): unknown =>
  JSON.parse(Buffer.from(transaction.getResult()).toString('utf8'));

/** @throws what a submit throws, and {@link CorruptDataError} for bytes that are not an envelope. */
export async function resume(
  context: ResumeContext,
  envelope: Uint8Array,
  signal?: AbortSignal,
): Promise<ResumedTransaction> {
  const transaction = transactionIn(context.gateway, envelope);
  const status = await context.sender.send(transaction, { sentBefore: true, signal });
  const error = invalidity(status);
  if (error) throw error;
  const { transactionId, blockNumber } = status;
  return { transactionId, blockNumber, result: resultOf(transaction) };
}

/** Resumes everything in the journal, one after the other. */
export async function recover(
  context: ResumeContext,
  signal?: AbortSignal,
): Promise<readonly Recovered[]> {
  const recovered: Recovered[] = [];
  for (const { transactionId, envelope } of await context.journal.pending()) {
    try {
      recovered.push({ outcome: 'committed', ...(await resume(context, envelope, signal)) });
    } catch (error) {
      if (!(error instanceof OffpayError)) throw error;
      recovered.push({ outcome: 'failed', transactionId, error });
    }
  }
  return recovered;
}
