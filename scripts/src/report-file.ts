// SPDX-License-Identifier: Apache-2.0
// The file that `--report` names. It is checked first, because a run of hours writes it at the end.
import { accessSync, constants, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import type { InputPaths, PayReport } from '@fabric-offline-pay/run';
import { FileError, ReportUnwrittenError, WrongUseError } from './command-errors.js';

const found = (file: string) => statSync(file, { throwIfNoEntry: false });

/** Whatever names it: a link, another path, another case. */
function isSameFile(one: string, other: string): boolean {
  const [left, right] = [found(one), found(other)];
  return left !== undefined && left.dev === right?.dev && left.ino === right.ino;
}

/**
 * @param inputs the files that are read
 * @throws {FileError} FILE_UNWRITABLE, for a folder too
 * @throws {WrongUseError} when the report would replace one of the files that are read
 */
export function ensureReportWritable(file: string | undefined, inputs: InputPaths): void {
  if (file === undefined) return;
  const replaced = Object.values(inputs).find((input) => isSameFile(input, file));
  if (replaced !== undefined)
    throw new WrongUseError(
      `The report would replace ${replaced}, which is read: give --report another file.`,
    );
  try {
    if (found(file)?.isDirectory() === true) throw new Error('a folder');
    accessSync(found(file) === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
}

/**
 * Replaces the file as a whole, or leaves it as it was. A link stays one; what is no file, such as a pipe, is written to.
 * @throws {ReportUnwrittenError}
 */
export function writeReport(file: string | undefined, report: PayReport): void {
  if (file === undefined) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  try {
    const there = found(file);
    if (there !== undefined && !there.isFile()) writeFileSync(file, text);
    else writeFileAtomic(there === undefined ? file : realpathSync(file), text);
  } catch (error) {
    throw new ReportUnwrittenError(file, error);
  }
}
