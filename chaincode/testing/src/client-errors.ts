// SPDX-License-Identifier: Apache-2.0
// Turns failures of the ledger in memory into the SDK's errors, the same as over real peers.
import {
  CommitError,
  ConflictError,
  EndorsementError,
  parseRefusal,
  RefusedError,
  type OffpayError,
} from '@fabric-offline-pay/sdk';
import { ChaincodeError, EndorsementMismatchError, ProposalError } from './errors';
import type { Commit } from './types';
import type { ValidationCode } from './validation-code';

/** Numbers of Fabric's `TxValidationCode`. */
const NUMBERS: Readonly<Record<ValidationCode, number>> = {
  VALID: 0,
  DUPLICATE_TXID: 9,
  ENDORSEMENT_POLICY_FAILURE: 10,
  MVCC_READ_CONFLICT: 11,
  PHANTOM_READ_CONFLICT: 12,
};

const CONFLICTS: ReadonlySet<ValidationCode> = new Set([
  'MVCC_READ_CONFLICT',
  'PHANTOM_READ_CONFLICT',
]);

/** The peer's words for a certificate that it does not accept. */
const DENIED = 'access denied';

function ofChaincode({ message }: ChaincodeError): OffpayError {
  const refusal = parseRefusal(message);
  if (refusal !== undefined) return new RefusedError(refusal);
  return new EndorsementError('ENDORSEMENT_FAILED', { message });
}

/** @returns the SDK's error for what endorsing or evaluating threw. A defect of a contract stays as it is. */
export function beforeSending(error: unknown): unknown {
  if (error instanceof ChaincodeError) return ofChaincode(error);
  if (error instanceof EndorsementMismatchError)
    return new EndorsementError('ENDORSEMENT_MISMATCH', { parts: error.parts }, error);
  if (!(error instanceof ProposalError)) return error;
  const denied = error.message.includes(DENIED);
  const details = { message: error.message };
  return new EndorsementError(denied ? 'IDENTITY_REJECTED' : 'ENDORSEMENT_FAILED', details, error);
}

/** @returns the SDK's error of an invalid transaction, or undefined for a valid one. */
export function invalidity(commit: Commit): OffpayError | undefined {
  const { txId, blockNumber, validationCode } = commit;
  if (validationCode === 'VALID') return undefined;
  const details = {
    transactionId: txId,
    blockNumber: String(blockNumber),
    validation: validationCode,
  };
  if (CONFLICTS.has(validationCode)) return new ConflictError(txId, details);
  if (validationCode === 'ENDORSEMENT_POLICY_FAILURE')
    return new EndorsementError('ENDORSEMENT_POLICY_FAILURE', details);
  return new CommitError(txId, NUMBERS[validationCode], details);
}
