// SPDX-License-Identifier: Apache-2.0
// Runs a block of commands exactly as a document prints it.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAM, type Ended } from './command-line.js';

/** npx finds the same program, a second later for each line. */
const NPX = 'npx() { shift; "$OFFPAY_TEST_NODE" "$OFFPAY_TEST_PROGRAM" "$@"; }';

/** Less than a spec waits for a block. */
const MOST_MS = 55_000;

/** Ends whatever the block started, too, so that no campaign of a document outlives its test. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Runs the lines in a shell that ends at the first that fails, or after 55 s; `npx offpay` is this program, its network the one in the home. */
export function runBlock(text: string, home: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `${NPX}\n${text}`], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        OFFPAY_HOME: home,
        OFFPAY_TEST_NODE: process.execPath,
        OFFPAY_TEST_PROGRAM: PROGRAM,
      },
    });
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (data: Buffer) => (texts[stream] += data.toString('utf8')));
    const late = setTimeout(() => endGroup(child), MOST_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, ...texts });
    });
  });
}
