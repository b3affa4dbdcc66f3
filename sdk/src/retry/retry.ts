// SPDX-License-Identifier: Apache-2.0
// Repeats an attempt as long as that is safe (nothing was written) and useful (time is left).
import { ConflictError, EndorsementError, RefusedError, UnavailableError } from '../errors.js';
import {
  backoffMs,
  CONFLICT_BACKOFF,
  DIVISION_BACKOFF,
  OUTAGE_BACKOFF,
  type Backoff,
} from './backoff.js';
import type { Pace } from './pace.js';

/** What is tried again, and for how long. */
export interface RetryOptions {
  /** Total time for attempts, in milliseconds. Default: 60,000, long enough for a killed peer or chaincode to restart. */
  readonly deadlineMs?: number;
  /** The most attempts in all. Default: no limit. 1 means that nothing is repeated. */
  readonly attempts?: number;
  /** Whether a call that met a conflict is tried again. Default: true. */
  readonly conflicts?: boolean;
}

/** The default of `deadlineMs`, in milliseconds. */
export const DEFAULT_DEADLINE_MS = 60_000;

/** Endorsers that disagree have usually caught up within a block. This many times in a row is a fault that must be reported. */
const DIVIDED_IN_A_ROW = 8;

/** Why an attempt may be repeated with the same input. In every case, nothing was written. */
export type RetryReason = 'conflict' | 'unavailable' | 'divided';

/** @returns why the attempt may be repeated, or undefined when it must not be. */
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
  /** Failures in a row because endorsers disagreed, this one included. */
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
 * @param attempt receives its number, from 1
 * @returns the result of the first attempt that succeeds
 * @throws the failure of the last attempt, or the signal's reason
 */
export async function retry<T>(
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
