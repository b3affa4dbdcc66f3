// SPDX-License-Identifier: Apache-2.0
// Small file helpers: whole-file writes that readers never see half done, and reads that may find nothing.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Mode of files that hold a secret. */
export const SECRET_FILE = 0o600;

/** Writes a file so that a reader sees the old content or the new, never a part; makes its folder. */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, path);
}

/** Writes a value as JSON, see {@link writeFileAtomic}. */
export function writeJson(path: string, value: unknown, mode?: number): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** The file's text, or nothing when there is no such file. */
export function readTextIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

/** The file's JSON, not yet validated, or nothing when there is no such file. */
export function readJsonIfPresent(path: string): unknown {
  const text = readTextIfPresent(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
