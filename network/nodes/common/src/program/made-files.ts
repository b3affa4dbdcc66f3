// SPDX-License-Identifier: Apache-2.0
// Keys that a node makes at its first start, and never again: what was made with a key fits no other.
import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, SECRET_FILE } from '../system/files.js';
import { systemCodeOf } from '../system/system-code.js';
import { isThere, readSettingFile, unwritable, type SettingFile } from './setting-files.js';

/** A key that a node makes when it has none, and its setting. */
export interface MadeFile extends Pick<SettingFile, 'file'> {
  readonly setting: string;
  readonly content: 'sealingKey' | 'ed25519Key';
  readonly isMade: true;
}

function makeOnce(file: string, content: string): void {
  makeFolder(dirname(file));
  const temporary = `${file}.${randomBytes(8).toString('hex')}.tmp`;
  writeFileSync(temporary, content, { mode: SECRET_FILE, flush: true });
  try {
    // A link appears complete, and never replaces a key that another process made first.
    linkSync(temporary, file);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * @param make the content, when there is no such file. The file is then made, and only its user can read it.
 * @returns the file's text
 * @throws NetworkError `SETTING_FILE_UNUSABLE` for a file that is there and holds something else: it is never replaced; and for one that
 * cannot be written
 */
export function readOrMake(named: Omit<MadeFile, 'isMade'>, make: () => string): string {
  const own = { ...named, isMade: true };
  if (!isThere(own)) {
    try {
      makeOnce(own.file, make());
    } catch (error) {
      throw unwritable(own.setting, own.file, error);
    }
  }
  return readSettingFile(own);
}
