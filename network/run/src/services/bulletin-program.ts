// SPDX-License-Identifier: Apache-2.0
// Where the program lies that keeps a bank's bulletin fresh, for those who start it as a process.
import { join } from 'node:path';

/** The compiled entry. */
export const bulletinProgram = join(__dirname, '..', '..', 'dist', 'offline', 'bulletin-main.js');
