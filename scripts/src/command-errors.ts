// SPDX-License-Identifier: Apache-2.0
// What the command line itself fails with. Everything else comes from the rooms below it, with their codes.

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

export const COMMAND_ERRORS = {
  INTERRUPTED: {
    meaning: 'The command was interrupted before anything was sent.',
    remedy: 'Nothing was written. Run the command again.',
  },
} as const satisfies Record<string, Described>;

/** Ctrl-C, while nothing was on its way to the ordering service. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'INTERRUPTED';
  readonly remedy = COMMAND_ERRORS.INTERRUPTED.remedy;

  constructor() {
    super(COMMAND_ERRORS.INTERRUPTED.meaning);
  }
}
