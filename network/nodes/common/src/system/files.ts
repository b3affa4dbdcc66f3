// SPDX-License-Identifier: Apache-2.0
// Small file helpers: whole-file writes that readers never see half done, reads that may find nothing, and files that are nobody else's.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod';
import { NetworkError } from '../network-error.js';

/** Mode of files that hold a secret. */
export const SECRET_FILE = 0o600;

/** What others of this machine may do with what a home holds: nothing. */
export const PRIVATE_UMASK = 0o077;

/**
 * Does something at once of which nobody else shall read the traces: the files and folders that it makes are this user's alone,
 * and so are those of the processes that it starts, which inherit the mask. `work` must not be asynchronous: the mask is the process's.
 */
export function privately<Result>(work: () => Result): Result {
  const before = process.umask(PRIVATE_UMASK);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/** Makes a folder, and those above it that are missing, for this user only. */
export const makeFolder = (path: string): void => {
  privately(() => mkdirSync(path, { recursive: true }));
};

/** Writes a file so that a reader sees the old content or the new, never a part; makes its folder. Both are this user's only. */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
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

/** A file of ours that does not hold what we wrote. */
export const fileDamaged = (file: string, where: { readonly line?: number } = {}): NetworkError =>
  new NetworkError('FILE_DAMAGED', `${file} does not hold what was written into it.`, {
    details: { file, ...where },
  });

/**
 * The file's JSON, not yet validated, or nothing when there is no such file.
 * @throws {NetworkError} FILE_DAMAGED
 */
export function readJsonIfPresent(path: string): unknown {
  const text = readTextIfPresent(path);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw fileDamaged(path);
  }
}

/**
 * What the file says, or nothing when there is no such file.
 * @throws {NetworkError} FILE_DAMAGED
 */
export function readAsIfPresent<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const value = readJsonIfPresent(path);
  if (value === undefined) return undefined;
  const read = schema.safeParse(value);
  if (!read.success) throw fileDamaged(path);
  return read.data;
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
