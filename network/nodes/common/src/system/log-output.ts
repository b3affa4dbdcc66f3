// SPDX-License-Identifier: Apache-2.0
// Where a program's log goes: standard output, which for a supervised program is a file on a disk that may be full.
import { destination, type DestinationStream } from 'pino';

const STANDARD_OUTPUT = 1;

/** As much as waits in memory for room on the disk; what does not fit is lost. Bytes. */
const LONGEST_WAITING = 1_000_000;

/**
 * @returns a destination for pino. Lines that cannot be written wait until they can. With pino's own, a full disk holds the process for
 * ever: the error ends it, and its end waits for room.
 */
export function logOutput(fd = STANDARD_OUTPUT): DestinationStream {
  const output = destination({ fd, sync: true, maxLength: LONGEST_WAITING });
  output.on('error', () => undefined);
  return output;
}
