// SPDX-License-Identifier: Apache-2.0
// Checks the free space for the home, because a peer with a full disk stops.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { check, factsOf, type Check } from './check.js';

const MEGABYTE = 1_000_000;
const WARNING_BYTES = 2_000 * MEGABYTE;
const FAILED_BYTES = 200 * MEGABYTE;

const MAKE_WRITABLE =
  'Give this user the right to write there, or put the home elsewhere: --home FOLDER.';
const REMEDY = 'Free some space, or put the home on another disk: --home FOLDER.';

/** @param free bytes that this user can still write */
export function diskCheck(folder: string, free: number): Check {
  const found = `${(free / 1_000 / MEGABYTE).toFixed(1)} GB free at ${folder}`;
  if (free < FAILED_BYTES) return check('disk', 'failed', found, REMEDY);
  return free < WARNING_BYTES
    ? check('disk', 'warning', found, REMEDY)
    : check('disk', 'ok', found);
}

const existingParent = (folder: string): string =>
  existsSync(folder) ? folder : existingParent(dirname(folder));

/** Checks the disk of the home, or of its place when there is none yet. */
export function checkDisk(home: string): readonly Check[] {
  const folder = existingParent(home);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    return [
      check('disk', 'failed', `${folder} cannot be written: ${factsOf(error).code}`, MAKE_WRITABLE),
    ];
  }
  const { bavail, bsize } = statfsSync(folder);
  return [diskCheck(folder, bavail * bsize)];
}
