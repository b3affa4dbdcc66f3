// SPDX-License-Identifier: Apache-2.0
// Makes PGlite's data folder at the first start: in a process of its own, since it takes 300 MB that would not come back.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, privately } from '../system/files.js';

const PROGRAM = `
  const { PGlite } = require(process.argv[1]);
  const engine = new PGlite(process.argv[2]);
  engine.waitReady.then(() => engine.close());
`;

/** PostgreSQL's own mark of a data folder. */
const MARK = 'PG_VERSION';

/**
 * Makes the folder, for this user only, unless it is one already. It appears whole or not at all.
 * @throws when another folder with files stands there.
 */
export async function createDataFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, MARK))) return;
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  makeFolder(dirname(folder));
  await mkdir(unfinished, { mode: 0o700 });
  const program = ['-e', PROGRAM, require.resolve('@electric-sql/pglite'), unfinished];
  await privately(() => promisify(execFile)(process.execPath, program));
  await rename(unfinished, folder);
}
