// SPDX-License-Identifier: Apache-2.0
// The command line as a user runs it: its own process, its own home.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PROGRAM = join(__dirname, '..', '..', 'scripts', 'bin', 'offpay.js');

/** OFFPAY_NODE=<program>: a client on another version of Node.js than that of tests and nodes. */
const NODE = process.env['OFFPAY_NODE'] ?? process.execPath;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; `onLine` hears standard error while it runs. */
export function offpay(
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString('utf8')));
    child.stderr.on('data', (data: Buffer) => {
      const text = data.toString('utf8');
      stderr += text;
      for (const line of text.split('\n')) onLine(line);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Command lines of all processes that mention a folder. */
export function processesIn(folder: string): string[] {
  const ids = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== process.pid.toString(),
  );
  return ids.flatMap((id) => {
    try {
      const line = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(folder) ? [line] : [];
    } catch {
      return [];
    }
  });
}
