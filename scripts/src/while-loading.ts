// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while the command line still loads: it is told, and ends the process.
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

/** From now on Ctrl-C is told, until {@link loaded}: nothing was sent yet. */
export function tellWhileLoading(end = exit): void {
  whileLoading = ends(end);
  process.once('SIGINT', whileLoading);
}

/** The command begins, and decides itself what Ctrl-C does. */
export function loaded(): void {
  if (whileLoading !== undefined) process.off('SIGINT', whileLoading);
  whileLoading = undefined;
}
