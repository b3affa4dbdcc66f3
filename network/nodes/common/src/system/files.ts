// SPDX-License-Identifier: Apache-2.0
// Small file helpers: atomic writes, reads of files that may be missing, and private files.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod';
import { NetworkError } from '../network-error.js';

/** Mode of files that hold a secret. */
export const SECRET_FILE = 0o600;

/** Removes all permissions of other users of this machine. */
export const PRIVATE_UMASK = 0o077;

/**
 * Runs `work` so that only this user can read the files and folders that it makes. Processes that it starts inherit the mask.
 * `work` must be synchronous, because the mask belongs to the whole process.
 */
export function privately<Result>(work: () => Result): Result {
  const before = process.umask(PRIVATE_UMASK);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/** Makes a folder and its missing parents, for this user only. */
export const makeFolder = (path: string): void => {
  privately(() => mkdirSync(path, { recursive: true }));
};

/** Writes a file so that a reader sees the old or the new content, never a part. Makes its folder. Both are for this user only. */
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

/** @returns the file's text, or undefined when there is no such file. */
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

const CHUNK_BYTES = 1024 * 1024;

const systemError = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: read '${path}'`), { code, path, syscall: 'read' });

/**
 * Reads a file that a person named: never a folder or a device, and never more than fits. A pipe is what a shell hands over for
 * `<(command)`.
 * @throws as Node does: EISDIR for a folder, EINVAL for what is neither file nor pipe, EFBIG for one with more bytes
 */
export function readBounded(path: string, mostBytes: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) throw systemError('EISDIR', path);
    if (!status.isFile() && !status.isFIFO()) throw systemError('EINVAL', path);
    const chunks: Buffer[] = [];
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let total = 0; total <= mostBytes;) {
      const count = readSync(descriptor, chunk);
      if (count === 0) return Buffer.concat(chunks, total);
      chunks.push(Buffer.from(chunk.subarray(0, count)));
      total += count;
    }
    throw systemError('EFBIG', path);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file that lines are appended to. A crash may leave half of the last line: it is cut off, so that the next line stands alone.
 * @returns its lines without empty ones; none when there is no such file
 */
export function readWholeLines(path: string): readonly string[] {
  const text = readTextIfPresent(path) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole.split('\n').filter(Boolean);
}

/** A file of ours with content that we did not write. */
export const fileDamaged = (file: string, where: { readonly line?: number } = {}): NetworkError =>
  new NetworkError('FILE_DAMAGED', `${file} is damaged: its content is not what was written.`, {
    details: { file, ...where },
  });

/**
 * @returns the file's JSON, not validated, or undefined when there is no such file.
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
 * @returns the file's parsed content, or undefined when there is no such file.
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
