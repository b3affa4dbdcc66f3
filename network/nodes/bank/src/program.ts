// SPDX-License-Identifier: Apache-2.0
// Paths of programs, for starting them as processes.
import { join } from 'node:path';

/** The compiled entry. Sources and compiled files are both one level below the package's folder. */
export const bankProgram = join(__dirname, '..', 'dist', 'main.js');

/** The compiled entry of the process that stands in for hosts and message centre. No node loads it. */
export const standInsProgram = join(__dirname, '..', 'dist', 'testing', 'stand-ins', 'main.js');
