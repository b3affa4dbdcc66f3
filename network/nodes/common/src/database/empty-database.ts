// SPDX-License-Identifier: Apache-2.0
// An empty database of PGlite, kept in the user's cache: making one takes seconds of a processor, copying it a fraction of one.
import { createHash } from 'node:crypto';
import { cpSync, type Dirent, existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { cacheFolder, isOwnFolder } from '../system/cache-folder.js';
import { withLock } from '../system/file-lock.js';
import { makeFolder, privately, readTextIfPresent, writeFileAtomic } from '../system/files.js';

/** Longer than making one takes on a slow machine. */
const LOCK_DEADLINE_MS = 120_000;

const packageFile = z.object({ version: z.string() });

function versionOfEngine(): string {
  const file = findPackageJSON('@electric-sql/pglite', __filename);
  if (file === undefined) throw new Error('PGlite is not installed.');
  return packageFile.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

/** @returns where the empty database of the installed version is kept. */
export const keptDatabase = (environment?: NodeJS.ProcessEnv): string =>
  join(cacheFolder(environment), 'empty-database', versionOfEngine());

const sizeOf = async (entry: Dirent): Promise<string> => {
  const path = join(entry.parentPath, entry.name);
  return entry.isFile() ? `${path} ${(await stat(path)).size}` : path;
};

/** Names and sizes: a folder that lost files, or their content, to a full disk or a power failure has another digest. */
async function digestOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = (await Promise.all(entries.map(sizeOf))).map((line) => line.slice(folder.length));
  return createHash('sha256').update(sizes.sort().join('\n')).digest('hex');
}

/**
 * Copies the kept empty database to a folder that does not exist. The first to ask makes the kept one; others wait for it.
 * @param make makes an empty database in a folder that does not exist
 * @throws when the cache cannot be used or written; the folder may then be there in part.
 */
export async function copyEmptyDatabase(
  folder: string,
  kept: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  makeFolder(dirname(kept));
  if (!isOwnFolder(dirname(kept))) throw new Error(`${dirname(kept)} belongs to others, too.`);
  await withLock(`${kept}.lock`, LOCK_DEADLINE_MS, async () => {
    const digest = `${kept}.digest`;
    if (existsSync(kept) && readTextIfPresent(digest) === (await digestOf(kept))) return;
    const unfinished = `${kept}.new`;
    for (const old of [kept, unfinished]) await rm(old, { recursive: true, force: true });
    await make(unfinished);
    writeFileAtomic(digest, await digestOf(unfinished));
    await rename(unfinished, kept);
  });
  // Done at once, a thousand small files take a tenth of the time. Folders get the mode of any new one.
  privately(() => cpSync(kept, folder, { recursive: true }));
}
