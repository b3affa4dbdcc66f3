// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: ends the wait, not the process, so that the user still learns what was sent.
import { OffpayError } from '@fabric-offline-pay/sdk';
import { InterruptedError, LeftHalfwayError } from './command-errors.js';
import { endWith, reportingErrors } from './output.js';
import { EXIT } from './exit-codes.js';

/** What stopped because of the signal says so, whatever layer noticed first; an outcome or a refusal stays what it is. */
const because = (signal: AbortSignal, error: unknown): unknown =>
  signal.aborted && !(error instanceof OffpayError) ? signal.reason : error;

const untilAborted =
  (run: (signal: AbortSignal) => Promise<void>) =>
  async (signal: AbortSignal): Promise<void> => {
    try {
      await run(signal);
    } catch (error) {
      throw because(signal, error);
    }
  };

/**
 * Runs a command that can be interrupted: the signal aborts at the first Ctrl-C, a second one ends the process.
 * What fails is told as everywhere; an interrupted command ends with code 130.
 */
export async function interruptible(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort(new InterruptedError());
  process.once('SIGINT', stop);
  try {
    await reportingErrors(untilAborted(run))(interrupted.signal);
  } finally {
    process.off('SIGINT', stop);
    const hasFailed = process.exitCode !== undefined && process.exitCode !== EXIT.done;
    if (interrupted.signal.aborted && hasFailed) process.exitCode = EXIT.interrupted;
  }
}

/**
 * Runs work that may be left at any point, for its repetition goes on from there: Ctrl-C ends the process at once, and says so.
 * Told before the process ends, which leaves locks behind that the next one takes over.
 */
export async function resumable(run: () => Promise<void>): Promise<void> {
  const leave = (): never => {
    endWith(new LeftHalfwayError());
    process.exit();
  };
  process.once('SIGINT', leave);
  try {
    await run();
  } finally {
    process.off('SIGINT', leave);
  }
}
