// SPDX-License-Identifier: Apache-2.0
// Makes PGlite's data folder at a node's first start.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { NetworkError } from '../network-error.js';
import { makeFolder, privately } from '../system/files.js';
import { copyEmptyDatabase, keptDatabase } from './empty-database.js';

const PROGRAM = `
  const { PGlite } = require(process.argv[1]);
  const engine = new PGlite(process.argv[2]);
  engine.waitReady.then(() => engine.close());
`;

/** The file that PostgreSQL puts into each data folder. */
export const DATA_FOLDER_MARK = 'PG_VERSION';

const OWNER_ONLY = 0o700;

/** It uses a separate process, because this takes 300 MB that are never released. */
async function makeEmptyDatabase(folder: string): Promise<void> {
  const program = ['-e', PROGRAM, require.resolve('@electric-sql/pglite'), folder];
  await mkdir(folder, { mode: OWNER_ONLY });
  await privately(() => promisify(execFile)(process.execPath, program));
}

/** The error's own message is the program and whatever it said. */
const unwritable = (folder: string, cause: unknown): NetworkError =>
  new NetworkError(
    'SETTING_FILE_UNUSABLE',
    `databaseFolder: PostgreSQL could not write its files to ${folder}.`,
    {
      advice: 'Let this user write there and make room, or name another folder.',
      details: { file: folder, setting: 'databaseFolder' },
      cause,
    },
  );

/**
 * Makes the data folder, for this user only, if it is missing. It appears complete or not at all. A cache that cannot be used, as in a
 * service without a home, costs time only.
 * @throws NetworkError `SETTING_FILE_UNUSABLE` when it cannot be written, or a folder with other files is there; nothing of it stays then
 */
export async function createDataFolder(folder: string, kept?: string): Promise<void> {
  if (existsSync(join(folder, DATA_FOLDER_MARK))) return;
  const unfinished = `${folder}.new`;
  const clear = () => rm(unfinished, { recursive: true, force: true });
  makeFolder(dirname(folder));
  try {
    await clear();
    await copyEmptyDatabase(unfinished, kept ?? keptDatabase(), makeEmptyDatabase).catch(
      async () => {
        await clear();
        await makeEmptyDatabase(unfinished);
      },
    );
    await chmod(unfinished, OWNER_ONLY);
    await rename(unfinished, folder);
  } catch (error) {
    await clear();
    throw unwritable(folder, error);
  }
}
