// SPDX-License-Identifier: Apache-2.0
// Reads the text of a file, whatever a person named: never more of it than fits, and in the encodings that spreadsheets write.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { InputProblemCode } from './problem.js';

/** Of one file: about two million rows. The text and its rows are held in memory. */
export const MOST_BYTES = 128 * 1024 * 1024;

const CHUNK_BYTES = 1024 * 1024;

/** A pipe is what a shell hands over for `<(command)`; folders and devices are no files. */
function isReadable(descriptor: number): boolean {
  const status = fstatSync(descriptor);
  return status.isFile() || status.isFIFO();
}

/** @returns the bytes up to the end of the file, or undefined when there are more than {@link MOST_BYTES} */
function readBounded(descriptor: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= MOST_BYTES;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks, total);
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return undefined;
}

function readBytes(file: string): Buffer | InputProblemCode {
  const descriptor = openSync(file, 'r');
  try {
    if (!isReadable(descriptor)) return 'INPUT_FILE_UNREADABLE';
    return readBounded(descriptor) ?? 'INPUT_FILE_TOO_LARGE';
  } finally {
    closeSync(descriptor);
  }
}

/** By the byte-order mark, with which spreadsheets begin "Unicode text". */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of a file, without byte-order mark, with LF at the ends of lines; or why there is none. */
export type TextOrProblem = { readonly text: string } | { readonly problem: InputProblemCode };

/** @returns the text in UTF-8, or in UTF-16 with a byte-order mark. Never throws. */
export function readText(file: string): TextOrProblem {
  let bytes: Buffer | InputProblemCode;
  try {
    bytes = readBytes(file);
  } catch {
    return { problem: 'INPUT_FILE_UNREADABLE' };
  }
  if (typeof bytes === 'string') return { problem: bytes };
  const text = decode(bytes);
  if (text === undefined) return { problem: 'INPUT_BAD_ENCODING' };
  return { text: text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text };
}
