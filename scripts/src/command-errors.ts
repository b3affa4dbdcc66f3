// SPDX-License-Identifier: Apache-2.0
// Errors of the command line itself. All other errors come from the rooms below, with their codes.
import { COMMAND_ERRORS } from './command-error-texts.js';

export { COMMAND_ERRORS };

type CommandErrorCode = keyof typeof COMMAND_ERRORS;

/** One of {@link COMMAND_ERRORS}, with its remedy. */
abstract class CommandError<Code extends CommandErrorCode> extends Error {
  readonly remedy: string;

  constructor(
    readonly code: Code,
    message: string = COMMAND_ERRORS[code].meaning,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.remedy = COMMAND_ERRORS[code].remedy;
  }
}

/** Ctrl-C before anything was sent to the ordering service. */
export class InterruptedError extends CommandError<'INTERRUPTED'> {
  override readonly name = 'InterruptedError';

  constructor() {
    super('INTERRUPTED');
  }
}

/** Ctrl-C in the middle of work that the same command continues when it runs again. */
export class LeftHalfwayError extends CommandError<'LEFT_HALFWAY'> {
  override readonly name = 'LeftHalfwayError';

  constructor() {
    super('LEFT_HALFWAY');
  }
}

/** A second device that has the id of the first. */
export class DeviceIdTakenError extends CommandError<'DEVICE_ID_TAKEN'> {
  override readonly name = 'DeviceIdTakenError';
  readonly details: { readonly customerId: string; readonly deviceId: string };

  constructor(customerId: string, deviceId: string, cause: unknown) {
    super('DEVICE_ID_TAKEN', undefined, cause);
    this.details = { customerId, deviceId };
  }
}

/** The arguments of a command do not fit together, by a rule that only the command knows. */
export class WrongUseError extends CommandError<'WRONG_USE'> {
  override readonly name = 'WrongUseError';

  constructor(message: string) {
    super('WRONG_USE', message);
  }
}

type FileErrorCode = 'FILE_UNUSABLE' | 'FILE_UNREADABLE' | 'FILE_UNWRITABLE' | 'TRUST_INVALID';

/** A file on the command line. */
export class FileError extends CommandError<FileErrorCode> {
  override readonly name = 'FileError';
  /** `reason` is the code of the system, such as EACCES. */
  readonly details: { readonly file: string; readonly reason?: string };

  constructor(code: FileErrorCode, file: string, cause?: unknown) {
    super(code, undefined, cause);
    this.details = { file, ...reasonOf(cause) };
  }
}

/** The run is over; only its report is missing. */
export class ReportUnwrittenError extends CommandError<'REPORT_UNWRITTEN'> {
  override readonly name = 'ReportUnwrittenError';
  /** `reason` is the system's own word, such as ENOSPC. */
  readonly details: { readonly file: string; readonly reason?: string };

  constructor(file: string, cause: unknown) {
    super('REPORT_UNWRITTEN', undefined, cause);
    this.details = { file, ...reasonOf(cause) };
  }
}

const reasonOf = (cause: unknown): { readonly reason?: string } =>
  isOfSystem(cause) && typeof cause.code === 'string' ? { reason: cause.code } : {};

/** An error of the system. Our own errors already have a code and a remedy. */
export const isOfSystem = (error: unknown): error is { readonly path?: string; code?: unknown } =>
  typeof error === 'object' && error !== null && 'syscall' in error;

/** @returns an error of the system about a file, such as EACCES or ENOSPC, as a {@link FileError}; any other error unchanged. */
export const asFileError = (error: unknown): unknown =>
  isOfSystem(error) && error.path !== undefined
    ? new FileError('FILE_UNUSABLE', error.path, error)
    : error;
