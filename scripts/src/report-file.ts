// SPDX-License-Identifier: Apache-2.0
// The file that `--report` names. It is checked first, because a run of hours writes it at the end.
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PayReport } from '@fabric-offline-pay/run';
import { FileError } from './command-errors.js';

/** Calls `work` on a file. @throws {FileError} FILE_UNWRITABLE */
function refuseUnwritable(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new FileError('FILE_UNWRITABLE', file, error);
  }
}

/** @throws {FileError} FILE_UNWRITABLE, also for a folder. */
export function ensureReportWritable(file: string | undefined): void {
  if (file === undefined) return;
  refuseUnwritable(file, () => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw new Error('a folder');
    accessSync(found === undefined ? dirname(file) : file, constants.W_OK);
  });
}

/** @throws {FileError} FILE_UNWRITABLE */
export function writeReport(file: string | undefined, report: PayReport): void {
  if (file !== undefined)
    refuseUnwritable(file, () => writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`));
}
