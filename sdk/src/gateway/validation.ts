// SPDX-License-Identifier: Apache-2.0
// Turns a transaction's validation code, found in its block, into the error for the caller.
import { StatusCode, type Status } from '@hyperledger/fabric-gateway';
import { CommitError, ConflictError, EndorsementError, type OffpayError } from '../errors.js';

const CONFLICTS: ReadonlySet<number> = new Set([
  StatusCode.MVCC_READ_CONFLICT,
  StatusCode.PHANTOM_READ_CONFLICT,
]);

/** @returns Fabric's name of a validation code. */
export const validationName = (code: number): string =>
  Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? `code ${code}`;

/** @returns the error of an invalid transaction, or undefined for a valid one. */
export function invalidity(status: Status): OffpayError | undefined {
  if (status.successful) return undefined;
  const { code, transactionId } = status;
  const details = {
    transactionId,
    blockNumber: status.blockNumber.toString(),
    validation: validationName(code),
  };
  if (CONFLICTS.has(code)) return new ConflictError(transactionId, details);
  if (code === StatusCode.ENDORSEMENT_POLICY_FAILURE) {
    return new EndorsementError('ENDORSEMENT_POLICY_FAILURE', details);
  }
  return new CommitError(transactionId, code, details);
}
