// SPDX-License-Identifier: Apache-2.0
// What can be made again is kept in the user's cache.
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './files.js';

const OTHERS_MAY_WRITE = 0o022;

/** @returns `$XDG_CACHE_HOME/fabric-offline-pay`, or the same under `~/.cache`. @throws for a user without a home */
export const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fabric-offline-pay');

/** A folder that somebody else can write would let them choose what is read from it. */
export function isOwnFolder(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & OTHERS_MAY_WRITE) === 0;
}

/** @returns a folder in the cache that only this user can write; undefined when there can be none, which costs time only */
export function ownCacheFolder(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  try {
    const cache = cacheFolder(environment);
    const folder = join(cache, name);
    makeFolder(folder);
    return isOwnFolder(cache) && isOwnFolder(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}
