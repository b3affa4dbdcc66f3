// SPDX-License-Identifier: Apache-2.0
// What the command line itself fails with. Everything else comes from the rooms below it, with their codes.
import { COMMAND_ERRORS } from './command-error-texts.js';

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

/** Ctrl-C, in the middle of work that its repetition goes on with. */
export class LeftHalfwayError extends Error {
  override readonly name = 'LeftHalfwayError';
  readonly code = 'LEFT_HALFWAY';
  readonly remedy = COMMAND_ERRORS.LEFT_HALFWAY.remedy;

  constructor() {
    super(COMMAND_ERRORS.LEFT_HALFWAY.meaning);
  }
}

/** A second device that was given no id of its own. */
export class DeviceIdTakenError extends Error {
  override readonly name = 'DeviceIdTakenError';
  readonly code = 'DEVICE_ID_TAKEN';
  readonly remedy = COMMAND_ERRORS.DEVICE_ID_TAKEN.remedy;
  readonly details: { readonly customerId: string; readonly deviceId: string };

  constructor(customerId: string, deviceId: string, cause: unknown) {
    super(COMMAND_ERRORS.DEVICE_ID_TAKEN.meaning, { cause });
    this.details = { customerId, deviceId };
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
  /** `reason` is the system's own word, such as EACCES. */
  readonly details: { readonly file: string; readonly reason?: string };

  constructor(
    readonly code: 'FILE_UNUSABLE' | 'FILE_UNREADABLE' | 'FILE_UNWRITABLE' | 'TRUST_INVALID',
    file: string,
    cause?: unknown,
  ) {
    super(COMMAND_ERRORS[code].meaning, { cause });
    this.remedy = COMMAND_ERRORS[code].remedy;
    const reason = isOfSystem(cause) && typeof cause.code === 'string' ? cause.code : undefined;
    this.details = reason === undefined ? { file } : { file, reason };
  }
}

/** What the system refuses. Anything of ours has a code and a remedy already. */
export const isOfSystem = (error: unknown): error is { readonly path?: string; code?: unknown } =>
  typeof error === 'object' && error !== null && 'syscall' in error;

/** @returns an error of the system about a file, such as EACCES or ENOSPC, as a person is told it; any other as it is. */
export const withoutRawFileErrors = (error: unknown): unknown =>
  isOfSystem(error) && error.path !== undefined
    ? new FileError('FILE_UNUSABLE', error.path, error)
    : error;
