// SPDX-License-Identifier: Apache-2.0
// Where the program of the bank's node lies, for those who start it as a process.
import { join } from 'node:path';

/** The compiled entry; sources and compiled files both lie one level below the package's folder. */
export const bankProgram = join(__dirname, '..', 'dist', 'main.js');
