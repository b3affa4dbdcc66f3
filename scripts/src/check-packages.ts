// SPDX-License-Identifier: Apache-2.0
// Checks the packages as they would be published (`npm run check:packages`): publint checks what npm and Node.js read,
// are-the-types-wrong what each way of resolving a module finds.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tell } from './output.js';
import { packInto, REPOSITORY, type Packed } from './packages.js';

const run = promisify(execFile);

/** The bundle for browsers is only an ECMAScript module, on purpose. */
const CHECKERS = [
  'publint --strict',
  'attw --no-emoji --ignore-rules cjs-resolves-to-esm',
] as const;

/** @returns the complaints of the checker; undefined when it has none. */
async function findComplaint(
  command: string,
  { name, tarball }: Packed,
): Promise<string | undefined> {
  const [program = '', ...args] = command.split(' ');
  const path = join(REPOSITORY, 'node_modules', '.bin', program);
  try {
    await run(path, [tarball, ...args]);
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    return `${name}: ${program}\n${said}`;
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-packages-'));
  try {
    const packed = await packInto(folder);
    const checks = CHECKERS.flatMap((command) =>
      packed.map((each) => findComplaint(command, each)),
    );
    const complaints = (await Promise.all(checks)).filter((said) => said !== undefined);
    complaints.forEach(tell);
    if (complaints.length > 0) process.exitCode = 1;
    else tell(`${String(packed.length)} packages are sound`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
