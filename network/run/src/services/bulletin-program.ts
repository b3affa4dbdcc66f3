// SPDX-License-Identifier: Apache-2.0
// Path of the program that keeps a bank's bulletin fresh, for starting it as a process.
import { join } from 'node:path';

/** The compiled entry. */
export const bulletinProgram = join(__dirname, '..', '..', 'dist', 'offline', 'bulletin-main.js');
