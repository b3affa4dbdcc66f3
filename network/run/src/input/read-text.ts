// SPDX-License-Identifier: Apache-2.0
// Reads the text of a file, whatever a person named: never more of it than fits, and in the encodings that spreadsheets write.
import { readBounded } from '@fabric-offline-pay/node-common';
import type { InputProblemCode } from './problem.js';

/** Of one file: about two million rows. The text and its rows are held in memory. */
export const MOST_BYTES = 128 * 1024 * 1024;

function readBytes(file: string): Buffer | InputProblemCode {
  try {
    return readBounded(file, MOST_BYTES);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return code === 'EFBIG' ? 'INPUT_FILE_TOO_LARGE' : 'INPUT_FILE_UNREADABLE';
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
  const bytes = readBytes(file);
  if (typeof bytes === 'string') return { problem: bytes };
  const text = decode(bytes);
  if (text === undefined) return { problem: 'INPUT_BAD_ENCODING' };
  return { text: text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text };
}
