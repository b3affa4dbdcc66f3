// SPDX-License-Identifier: Apache-2.0
// Whether a file can be written is found out before the work whose result it shall hold.
import { closeSync, lstatSync, openSync, rmSync } from 'node:fs';
import { FileError } from './command-errors';

/** Only opening tells for certain. The file stays as it is. @throws {FileError} FILE_UNWRITABLE */
export function ensureWritable(file: string): void {
  try {
    const before = lstatSync(file, { throwIfNoEntry: false });
    closeSync(openSync(file, 'a'));
    if (before === undefined) rmSync(file);
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
}
