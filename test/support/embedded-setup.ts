// SPDX-License-Identifier: Apache-2.0
// Before the specs on PostgreSQL inside the process: an empty database for them all, which is kept for the next time. Making one takes
// seconds of a processor, reading it a fraction of one.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..', '..', '..');

/** The package that has it. */
const COMMON = join(ROOT, 'network', 'nodes', 'common', 'package.json');

const PROGRAM = `
  const { PGlite } = require(process.argv[1]);
  const { writeFileSync } = require('node:fs');
  const engine = new PGlite();
  engine.waitReady
    .then(() => engine.dumpDataDir('none'))
    .then((dump) => dump.arrayBuffer())
    .then((bytes) => {
      writeFileSync(process.argv[2], Buffer.from(bytes));
      return engine.close();
    });
`;

function versionOf(program: string): string {
  const text = readFileSync(join(dirname(program), '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

export default async function setup(): Promise<void> {
  const program = createRequire(COMMON).resolve('@electric-sql/pglite');
  const name = `offpay-empty-database-${versionOf(program)}.tar`;
  const kept = join(ROOT, 'node_modules', '.cache', name);
  process.env['OFFPAY_TEST_EMPTY_DATABASE'] = kept;
  if (existsSync(kept)) return;
  mkdirSync(dirname(kept), { recursive: true });
  const unfinished = `${kept}.${process.pid}`;
  await promisify(execFile)(process.execPath, ['-e', PROGRAM, program, unfinished]);
  renameSync(unfinished, kept);
}
