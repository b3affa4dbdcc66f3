// SPDX-License-Identifier: Apache-2.0
// Makes PGlite's data folder at the first start. It uses a separate process, because this takes 300 MB that are never released.
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

/** The file that PostgreSQL puts into each data folder. */
const MARK = 'PG_VERSION';

/**
 * Makes the data folder, for this user only, if it is missing. It appears complete or not at all.
 * @throws when a folder with other files is there.
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
