// SPDX-License-Identifier: Apache-2.0
// Ctrl-C ends the wait, not the process, so that the user still learns what was sent.
import { OffpayError } from '@fabric-offline-pay/sdk';
import { InterruptedError, LeftHalfwayError } from './command-errors.js';
import { endWith, reportingErrors } from './output.js';
import { EXIT } from './exit-codes.js';

/** An error that the signal caused becomes an interruption, whichever layer noticed first. An outcome or a refusal stays as it is. */
const interruptionOf = (signal: AbortSignal, error: unknown): unknown =>
  signal.aborted && !(error instanceof OffpayError) ? signal.reason : error;

const untilAborted =
  (run: (signal: AbortSignal) => Promise<void>) =>
  async (signal: AbortSignal): Promise<void> => {
    try {
      await run(signal);
    } catch (error) {
      throw interruptionOf(signal, error);
    }
  };

/**
 * Runs a command that can be interrupted: the first Ctrl-C aborts the signal, the second ends the process.
 * Shows a failure like every command; an interrupted command ends with code 130.
 */
export async function runInterruptible(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
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
 * Runs work that may stop at any point, because the next run continues from there. Ctrl-C shows a message and ends the process at once.
 * The process may leave locks, which the next run takes over.
 */
export async function runResumable(run: () => Promise<void>): Promise<void> {
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
