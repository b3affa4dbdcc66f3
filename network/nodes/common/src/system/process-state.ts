// SPDX-License-Identifier: Apache-2.0
// Checks whether SIGSTOP or a debugger holds a process.
import { readFileSync } from 'node:fs';

/** Reads `/proc/PID/status`: T is stopped, t is traced. */
export const saysHeld = (status: string): boolean => /^State:\s+[Tt]\b/m.test(status);

/** True when the process is held; false when it is not, has ended, or the system does not show it. */
export function isHeld(pid: number): boolean {
  try {
    return saysHeld(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
