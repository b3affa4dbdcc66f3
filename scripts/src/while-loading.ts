// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while the command line still loads: shows a message and ends the process.
import { COMMAND_ERRORS } from './command-error-texts.js';
import { EXIT } from './exit-codes.js';
import { endWith } from './output.js';

const ends = (end: (exitCode: number) => void) => (): void => {
  const { meaning: message, remedy } = COMMAND_ERRORS.INTERRUPTED;
  endWith({ code: 'INTERRUPTED', message, remedy });
  end(EXIT.interrupted);
};

const exit = (exitCode: number): void => process.exit(exitCode);

let whileLoading: (() => void) | undefined;

/** Until {@link finishLoading}, Ctrl-C says that nothing was sent and ends the process. */
export function tellWhileLoading(end = exit): void {
  whileLoading = ends(end);
  process.once('SIGINT', whileLoading);
}

/** The command begins, and handles Ctrl-C itself. */
export function finishLoading(): void {
  if (whileLoading !== undefined) process.off('SIGINT', whileLoading);
  whileLoading = undefined;
}
