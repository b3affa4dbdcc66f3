// SPDX-License-Identifier: Apache-2.0
// Path of the auditor's program, for starting it as a process.
import { join } from 'node:path';

/** The compiled entry. Sources and compiled files are both one level below the package's folder. */
export const auditorProgram = join(__dirname, '..', 'dist', 'main.js');
