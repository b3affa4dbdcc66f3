// SPDX-License-Identifier: Apache-2.0
// What the command line itself fails with. Everything else comes from the rooms below it, with their codes.
import { OutcomeUnknownError } from '@fabric-offline-pay/sdk';
import { COMMAND_ERRORS } from './command-error-texts';

export { COMMAND_ERRORS };

/** Ctrl-C, while nothing was on its way to the ordering service. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'INTERRUPTED';
  readonly remedy = COMMAND_ERRORS.INTERRUPTED.remedy;

  constructor() {
    super(COMMAND_ERRORS.INTERRUPTED.meaning);
  }
}

/** The words of a command line do not fit together, which only the command itself knows. */
export class WrongUseError extends Error {
  override readonly name = 'WrongUseError';
  readonly code = 'WRONG_USE';
  readonly remedy = COMMAND_ERRORS.WRONG_USE.remedy;
}

/** A file on the command line. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly remedy: string;
  readonly details: { readonly file: string };

  constructor(
    readonly code: 'FILE_UNREADABLE' | 'FILE_UNWRITABLE' | 'TRUST_INVALID',
    file: string,
    cause?: unknown,
  ) {
    super(COMMAND_ERRORS[code].meaning, { cause });
    this.remedy = COMMAND_ERRORS[code].remedy;
    this.details = { file };
  }
}

/** A command keeps no envelope beyond its end, but it may be repeated: natural keys and states see to that. */
export class OutcomeLeftOpenError extends OutcomeUnknownError {
  override readonly remedy = 'Run the same command again: what came through is not done twice.';

  constructor(open: OutcomeUnknownError) {
    super(open.transactionId, open.envelope, open);
  }
}
