// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while the command line still loads, and in commands that take many steps: it is told, and ends the process.
import { COMMAND_ERRORS } from './command-error-texts';
import { EXIT } from './exit-codes';
import { endWith } from './output';

type Told = 'INTERRUPTED' | 'INTERRUPTED_RUN';

const ends = (code: Told, end: (exitCode: number) => void) => (): void => {
  const { meaning: message, remedy } = COMMAND_ERRORS[code];
  endWith({ code, message, remedy });
  end(EXIT.interrupted);
};

const exit = (exitCode: number): void => process.exit(exitCode);

let whileLoading: (() => void) | undefined;

/** From now on Ctrl-C is told, until {@link loaded}: nothing was sent yet. */
export function tellWhileLoading(end = exit): void {
  whileLoading = ends('INTERRUPTED', end);
  process.once('SIGINT', whileLoading);
}

/** The command begins, and decides itself what Ctrl-C does. */
export function loaded(): void {
  if (whileLoading !== undefined) process.off('SIGINT', whileLoading);
  whileLoading = undefined;
}

/** Does what may be ended at any step and be gone on with later: Ctrl-C tells so, and ends the process. */
export async function tellingInterrupt<Result>(
  work: () => Promise<Result>,
  end = exit,
): Promise<Result> {
  const told = ends('INTERRUPTED_RUN', end);
  process.once('SIGINT', told);
  try {
    return await work();
  } finally {
    process.off('SIGINT', told);
  }
}
