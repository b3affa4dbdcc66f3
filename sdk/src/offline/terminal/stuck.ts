// SPDX-License-Identifier: Apache-2.0
// Tells a refusal, which another attempt does not change by itself, from a question that could not be asked.
import { DomainError, type ErrorCode } from '@fabric-offline-pay/domain';
import {
  CommitError,
  ConflictError,
  EndorsementError,
  OfflineError,
  OrderingError,
  RefusedError,
  type ClientErrorCode,
} from '../../errors.js';

/** Why something is stuck, and what to do. */
interface Reason {
  readonly code: ErrorCode | ClientErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** Payments that the ledger does not take, or that cannot be read. They stay `waiting`, and every run tries them again. */
export interface StuckBatch extends Reason {
  /** Null for a payment that cannot be read and is therefore in no batch. */
  readonly batchId: string | null;
  readonly orderNumbers: readonly string[];
}

/** A double spend whose proof cannot be made, or that the ledger does not take. Every run tries it again. */
export interface UnprovenFraud extends Reason {
  readonly orderNumber: string;
  readonly voucherDigest: string;
}

/** Nothing was written, and another attempt changes nothing by itself. */
const REFUSALS = [DomainError, RefusedError, EndorsementError, OrderingError, CommitError];

const isDamage = (error: unknown): boolean =>
  error instanceof OfflineError && error.code === 'STORE_DAMAGED';

const isRefusal = (error: unknown): error is Reason =>
  isDamage(error) || REFUSALS.some((kind) => error instanceof kind);

/** @returns why it is stuck, or undefined when the ledger could not be asked. */
export function reasonOf(error: unknown): Reason | undefined {
  if (!isRefusal(error)) return undefined;
  const { code, message, remedy } = error;
  return { code, message, remedy };
}

/** Refusals of the caller or by the peers, which do not depend on the content of the batch. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set<ErrorCode | ClientErrorCode>([
  'ACCESS_DENIED',
  'CLOCK_SKEW',
  'ENDORSEMENT_MISMATCH',
  'ENDORSEMENT_POLICY_FAILURE',
  'IDENTITY_REJECTED',
  'LEDGER_VERSION_OTHER',
  'NOT_OWNER',
  'PARTICIPANT_UNKNOWN',
]);

/** @returns whether fewer vouchers might pass: others keep changing the same reserves, or one of the vouchers is bad. */
export const isOfThePart = (error: unknown): boolean =>
  error instanceof ConflictError || (isRefusal(error) && !OF_THE_WHOLE.has(error.code));
