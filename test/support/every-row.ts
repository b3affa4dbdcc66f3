// SPDX-License-Identifier: Apache-2.0
// Every row of every file ends in one way: held against the rows that a plain reading of the file counts.
import { readFileSync } from 'node:fs';
import type { PayReport } from '@fabric-offline-pay/network';
import { parse } from 'csv-parse/sync';

/** Without a rule of ours: the records after the header, in whatever encoding and with whatever separator. */
function rowsIn(file: string): number {
  const bytes = readFileSync(file);
  const text = bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8');
  const header = text.split('\n')[0] ?? '';
  const delimiter = [';', '\t'].find((separator) => header.includes(separator)) ?? ',';
  const options = { delimiter, bom: true, relax_column_count: true, skip_empty_lines: true };
  return parse(text, options).length - 1;
}

export function expectEveryRowOnce({ files }: PayReport): void {
  for (const [name, { file, rows, done, refused, failed, unfinished, leftOut }] of Object.entries(
    files,
  )) {
    expect([name, done + refused + failed + unfinished + leftOut]).toEqual([name, rows]);
    expect([name, rows]).toEqual([name, rowsIn(file)]);
  }
}
