// SPDX-License-Identifier: Apache-2.0
// Runs a block of commands exactly as a document prints it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAM, type Ended } from './command-line.js';

/** npx finds the same program, a second later for each line. */
const NPX = 'npx() { shift; "$OFFPAY_TEST_NODE" "$OFFPAY_TEST_PROGRAM" "$@"; }';

/** Runs the lines in a shell that ends at the first that fails; `npx offpay` is this program, its network the one in the home. */
export function runBlock(text: string, home: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `${NPX}\n${text}`], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'pipe'],
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
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}
