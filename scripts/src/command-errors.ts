// SPDX-License-Identifier: Apache-2.0
// What the command line itself fails with. Everything else comes from the rooms below it, with their codes.
import { OutcomeUnknownError } from '@fabric-offline-pay/sdk';

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

/** A command keeps no envelope beyond its end, but it may be repeated: natural keys and states see to that. */
export class OutcomeLeftOpenError extends OutcomeUnknownError {
  override readonly remedy = 'Run the same command again: what came through is not done twice.';

  constructor(open: OutcomeUnknownError) {
    super(open.transactionId, open.envelope, open);
  }
}
