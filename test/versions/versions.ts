// SPDX-License-Identifier: Apache-2.0
// The versions of Node.js that the published packages work on, and how a test runs a compiled program with each.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';

const repository = join(__dirname, '..', '..');

/** @returns the Node.js that npm installed for that folder: everything runs on the root's, and tests bring an older one. */
function nodeOf(folder: string): string {
  const { resolve } = createRequire(join(repository, folder, 'package.json'));
  return join(dirname(resolve(`node-linux-${arch()}/package.json`)), 'bin', 'node');
}

export const VERSIONS = [
  { version: 22, node: nodeOf('test') },
  { version: 24, node: nodeOf('.') },
] as const;

export interface Told<Answer> {
  /** As `process.version` says. */
  readonly node: string;
  readonly answer: Answer;
}

/** To be called by a program: the last line of what it writes. */
export const tell = (answer: unknown): void => {
  process.stdout.write(`${JSON.stringify({ node: process.version, answer })}\n`);
};

/**
 * Runs a compiled program of this folder.
 * @returns what it told
 * @throws Error with what it wrote to standard error, when it failed.
 */
export function runWith<Answer>(
  node: string,
  program: string,
  ...args: readonly string[]
): Promise<Told<Answer>> {
  const file = join(repository, 'test', 'dist', 'test', 'versions', `${program}.js`);
  const child = spawn(node, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { out: '', error: '' };
  child.stdout.on('data', (data: Buffer) => (written.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (written.error += data.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0)
        resolve(JSON.parse(written.out.trim().split('\n').at(-1) ?? '') as Told<Answer>);
      else reject(new Error(`${program} ended with ${String(code)}: ${written.error}`));
    });
  });
}
