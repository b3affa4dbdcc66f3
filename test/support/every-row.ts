// SPDX-License-Identifier: Apache-2.0
// Every row of every file ends in one way: held against the rows that a plain reading of the file counts.
import { readFileSync } from 'node:fs';
import type { PayReport } from '@fabric-offline-pay/run';

/** Without a rule of ours: the records after the header, in whatever encoding; a quoted cell may have several lines. */
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
