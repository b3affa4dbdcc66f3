// SPDX-License-Identifier: Apache-2.0
// Makes PGlite's data folder at a node's first start.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, privately } from '../system/files.js';
import { copyEmptyDatabase, keptDatabase } from './empty-database.js';

const PROGRAM = `
  const { PGlite } = require(process.argv[1]);
  const engine = new PGlite(process.argv[2]);
  engine.waitReady.then(() => engine.close());
`;

/** The file that PostgreSQL puts into each data folder. */
const MARK = 'PG_VERSION';

const OWNER_ONLY = 0o700;

/** It uses a separate process, because this takes 300 MB that are never released. */
async function makeEmptyDatabase(folder: string): Promise<void> {
  await mkdir(folder, { mode: OWNER_ONLY });
  const program = ['-e', PROGRAM, require.resolve('@electric-sql/pglite'), folder];
  await privately(() => promisify(execFile)(process.execPath, program));
}

/**
 * Makes the data folder, for this user only, if it is missing. It appears complete or not at all. A cache that cannot be used, as in a
 * service without a home, costs time only.
 * @throws when a folder with other files is there.
 */
export async function createDataFolder(folder: string, kept?: string): Promise<void> {
  if (existsSync(join(folder, MARK))) return;
  const unfinished = `${folder}.new`;
  const clear = () => rm(unfinished, { recursive: true, force: true });
  makeFolder(dirname(folder));
  await clear();
  try {
    await copyEmptyDatabase(unfinished, kept ?? keptDatabase(), makeEmptyDatabase);
  } catch {
    await clear();
    await makeEmptyDatabase(unfinished);
  }
  await chmod(unfinished, OWNER_ONLY);
  await rename(unfinished, folder);
}
