// SPDX-License-Identifier: Apache-2.0
// The file that `--report` names. It is checked first, because a run of hours writes it at the end.
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { systemCodeOf } from '@fabric-offline-pay/node-common';
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
  let replaced: string | undefined;
  try {
    if (found(file)?.isDirectory() === true) throw new Error('a folder');
    accessSync(found(file) === undefined ? dirname(file) : file, constants.W_OK);
    replaced = Object.values(inputs).find((input) => isSameFile(input, file));
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
  if (replaced !== undefined)
    throw new WrongUseError(
      `The report would replace ${replaced}, which is read: give --report another file.`,
    );
}

/** What forbids a new file in the folder, though the old one may be written. */
const ONLY_IN_PLACE = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV']);

/** Replaces a file as a whole: on a full disk it stays as it was. */
function replace(file: string, mode: number, text: string): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text);
    chmodSync(temporary, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (!ONLY_IN_PLACE.has(systemCodeOf(error) ?? '')) throw error;
    writeFileSync(file, text);
  }
}

/**
 * Replaces a file that is there, with its permissions; where it is reached by a link, the link stays. What is no file, such as a pipe, is
 * written to.
 * @throws {ReportUnwrittenError}
 */
export function writeReport(file: string | undefined, report: PayReport): void {
  if (file === undefined) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  try {
    const there = found(file);
    if (there?.isFile() === true) replace(realpathSync(file), there.mode, text);
    else writeFileSync(file, text);
  } catch (error) {
    throw new ReportUnwrittenError(file, error);
  }
}
