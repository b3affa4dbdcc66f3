// SPDX-License-Identifier: Apache-2.0
// Checks input and output of a transaction against the table, on the client's side.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import { EndorsementError, RefusedError } from '../errors.js';
import type { Call, Decode } from './transport.js';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const pathOf = (...parts: readonly PropertyKey[]): string => parts.map(String).join('.');

const inputInvalid = (details: Readonly<Record<string, string>>): RefusedError =>
  new RefusedError({
    code: 'INPUT_INVALID',
    message: 'The input does not have the documented shape.',
    details,
  });

const issueOf = (error: { readonly issues: readonly Issue[] }): Issue =>
  error.issues[0] ?? { path: [], message: '' };

function checkInput(transaction: NamedTransaction, input: unknown): void {
  const checked = transaction.input.safeParse(input);
  if (checked.success) return;
  const issue = issueOf(checked.error);
  throw inputInvalid({ field: pathOf(...issue.path), reason: issue.message });
}

/** Leaves the reason out, because it could repeat a private value. */
function encodeTransient(transaction: NamedTransaction, transient: unknown): string | undefined {
  if (transaction.transient === undefined) {
    if (transient === undefined) return undefined;
    throw inputInvalid({ field: 'private', reason: 'this transaction has no transient data' });
  }
  const checked = transaction.transient.safeParse(transient);
  if (checked.success) return JSON.stringify(transient);
  throw inputInvalid({ field: pathOf('private', ...issueOf(checked.error).path) });
}

/**
 * @returns the call, ready to be sent
 * @throws {RefusedError} INPUT_INVALID with the path of the field, like the chaincode, but without a round trip.
 */
export function encodeCall(
  transaction: NamedTransaction,
  input: unknown,
  transient?: unknown,
): Call {
  checkInput(transaction, input);
  const privateJson = encodeTransient(transaction, transient);
  const call = { transaction, argument: JSON.stringify(input) };
  return privateJson === undefined ? call : { ...call, transient: privateJson };
}

function parsePayload(transaction: NamedTransaction, payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    throw new EndorsementError(
      'OUTPUT_INVALID',
      { transaction: transaction.fullName, reason: 'no JSON' },
      error,
    );
  }
}

/** @returns a function that reads the transaction's answer. */
export const decoderOf =
  (transaction: NamedTransaction): Decode =>
  (payload) => {
    const checked = transaction.output.safeParse(parsePayload(transaction, payload));
    if (checked.success) return checked.data;
    const issue = issueOf(checked.error);
    throw new EndorsementError('OUTPUT_INVALID', {
      transaction: transaction.fullName,
      field: pathOf(...issue.path),
      reason: issue.message,
    });
  };
