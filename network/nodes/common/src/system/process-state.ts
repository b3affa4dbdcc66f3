// SPDX-License-Identifier: Apache-2.0
// Whether a process is held: by SIGSTOP, or by a debugger.
import { readFileSync } from 'node:fs';

/** Reads `/proc/PID/status`: T is stopped, t is traced. */
export const saysHeld = (status: string): boolean => /^State:\s+[Tt]\b/m.test(status);

/** True when the process is held; false when it is not, is gone, or the system does not tell. */
export function isHeld(pid: number): boolean {
  try {
    return saysHeld(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
