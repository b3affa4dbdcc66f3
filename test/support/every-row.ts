// SPDX-License-Identifier: Apache-2.0
// Every row of every file has exactly one outcome; compared with the rows that a simple reader of the file counts.
import { readFileSync } from 'node:fs';
import type { PayReport } from '@fabric-offline-pay/run';

/** Uses none of our rules: the records after the header, in any encoding; a quoted cell may have several lines. */
function rowsIn(file: string): number {
  const bytes = readFileSync(file);
  const text = bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8');
  const lines = text.replaceAll(/"[^"]*"/g, 'quoted').split('\n');
  return lines.filter((line) => line.trim() !== '').length - 1;
}

export function expectEveryRowOnce({ files }: PayReport): void {
  for (const [name, { file, rows, done, refused, failed, unfinished, leftOut }] of Object.entries(
    files,
  )) {
    expect([name, done + refused + failed + unfinished + leftOut]).toEqual([name, rows]);
    expect([name, rows]).toEqual([name, rowsIn(file)]);
  }
}
