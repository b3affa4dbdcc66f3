// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while the command line still loads: shows a message and ends the process.
import { setImmediate as nextTurn } from 'node:timers/promises';
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

/**
 * The command begins, and handles Ctrl-C itself. Loading keeps the event loop busy, so a Ctrl-C of that time is still to be delivered:
 * it ends the process here.
 */
export async function finishLoading(): Promise<void> {
  await nextTurn();
  if (whileLoading !== undefined) process.off('SIGINT', whileLoading);
  whileLoading = undefined;
}
