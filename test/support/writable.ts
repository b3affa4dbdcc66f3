// SPDX-License-Identifier: Apache-2.0
// Readers of command line options that say where to write: whether that can be done is found out before the measurement,
// not after it.
import { closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** @throws {InvalidArgumentError} with the reason, instead of the error that `attempt` threw */
export function orInvalid<Result>(attempt: () => Result): Result {
  try {
    return attempt();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** Only opening tells for certain: permissions say little to root and on a file system that is read-only. */
function tryWriting(file: string): void {
  const before = lstatSync(file, { throwIfNoEntry: false });
  closeSync(openSync(file, 'a'));
  if (before === undefined) rmSync(file);
}

/** A file that can be written; it stays as it is. @throws {InvalidArgumentError} */
export const writableFile = (file: string): string =>
  orInvalid(() => {
    tryWriting(file);
    return file;
  });

/** A folder, made if it is missing, in which files can be written. @throws {InvalidArgumentError} */
export const writableFolder = (folder: string): string =>
  orInvalid(() => {
    mkdirSync(folder, { recursive: true });
    tryWriting(join(folder, `.${process.pid}.trial`));
    return folder;
  });
