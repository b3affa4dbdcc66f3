// SPDX-License-Identifier: Apache-2.0
// Runs an attempt again as long as that is safe (nothing was written) and useful (time is left).
import { ConflictError, EndorsementError, RefusedError, UnavailableError } from '../errors.js';
import {
  backoffMs,
  CONFLICT_BACKOFF,
  DIVISION_BACKOFF,
  OUTAGE_BACKOFF,
  type Backoff,
} from './backoff.js';
import type { Pace } from './pace.js';

/** How long, and what, is tried again. */
export interface RetryOptions {
  /** Total time for new attempts in milliseconds: 60,000 unless told, so that a killed peer or chaincode may restart. */
  readonly deadlineMs?: number;
  /** Most attempts in all; unlimited unless told. 1 means none is repeated. */
  readonly attempts?: number;
  /** Whether what met a conflict is tried again: yes unless told. */
  readonly conflicts?: boolean;
}

/** How long a call tries anew, in milliseconds, unless told. */
export const DEFAULT_DEADLINE_MS = 60_000;

/** Endorsers that disagree have usually caught up within a block; so many times in a row is a fault that must be seen. */
const DIVIDED_IN_A_ROW = 8;

/** Why an attempt may be repeated with the same input: in every case nothing was written. */
export type RetryReason = 'conflict' | 'unavailable' | 'divided';

/** @returns why the failure may be repeated, or undefined when it must not. */
export function retryReason(error: unknown): RetryReason | undefined {
  if (error instanceof ConflictError) return 'conflict';
  if (error instanceof UnavailableError) return 'unavailable';
  if (error instanceof RefusedError) return error.divided ? 'divided' : undefined;
  if (error instanceof EndorsementError && error.code === 'ENDORSEMENT_MISMATCH') return 'divided';
  return undefined;
}

const BACKOFF: Readonly<Record<RetryReason, Backoff>> = {
  conflict: CONFLICT_BACKOFF,
  divided: DIVISION_BACKOFF,
  unavailable: OUTAGE_BACKOFF,
};

export interface RetryContext {
  readonly pace: Pace;
  readonly options: RetryOptions;
  readonly signal?: AbortSignal | undefined;
  onRetry(reason: RetryReason): void;
}

interface Progress {
  readonly attempts: number;
  /** Failures in a row, this one included, by endorsers that disagreed. */
  readonly divided: number;
  readonly deadline: number;
}

function isSpent(
  reason: RetryReason,
  progress: Progress,
  context: RetryContext,
  delay: number,
): boolean {
  if (progress.attempts >= (context.options.attempts ?? Infinity)) return true;
  if (reason === 'conflict' && context.options.conflicts === false) return true;
  if (reason === 'divided' && progress.divided >= DIVIDED_IN_A_ROW) return true;
  return context.pace.now() + delay >= progress.deadline;
}

async function pauseOrThrow(
  reason: RetryReason,
  error: unknown,
  progress: Progress,
  context: RetryContext,
): Promise<void> {
  const delay = backoffMs(progress.attempts, context.pace.random(), BACKOFF[reason]);
  if (isSpent(reason, progress, context, delay)) throw error;
  context.onRetry(reason);
  await context.pace.sleep(delay, context.signal);
}

/**
 * @param attempt is told its number, from 1
 * @returns what the first attempt that succeeds answers
 * @throws the failure of the last attempt, or the signal's reason.
 */
export async function retrying<T>(
  attempt: (number: number) => Promise<T>,
  context: RetryContext,
): Promise<T> {
  const deadline = context.pace.now() + (context.options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  for (let attempts = 1, divided = 0; ; attempts++) {
    context.signal?.throwIfAborted();
    try {
      return await attempt(attempts);
    } catch (error) {
      const reason = retryReason(error);
      if (reason === undefined) throw error;
      divided = reason === 'divided' ? divided + 1 : 0;
      await pauseOrThrow(reason, error, { attempts, divided, deadline }, context);
    }
  }
}
