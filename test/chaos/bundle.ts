// SPDX-License-Identifier: Apache-2.0
// Makes one file of the process that is killed, since hundreds of them are started: a file loads faster than a thousand.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The repository: sources and compiled files are at different depths. */
const ROOT = join(require.resolve('@fabric-offline-pay/test/package.json'), '..', '..');
const ENTRY = join(ROOT, 'test', 'chaos', 'process', 'main.ts');
const FOLDER = join(ROOT, 'test', 'dist', 'chaos-process');

/** They load files of their own, beside themselves. */
const APART = ['@electric-sql/pglite', '@node-rs/argon2', 'pg-native', 'pkcs11js'];

/** @returns the file */
export async function bundleProcess(): Promise<string> {
  const outfile = join(FOLDER, `${process.pid.toString()}.js`);
  const settings = ['--bundle', '--platform=node', '--format=cjs', '--log-level=error'];
  const externals = APART.map((name) => `--external:${name}`);
  const program = require.resolve('esbuild/bin/esbuild');
  await promisify(execFile)(program, [ENTRY, ...settings, ...externals, `--outfile=${outfile}`]);
  return outfile;
}
