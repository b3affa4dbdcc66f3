// SPDX-License-Identifier: Apache-2.0
// Reads one CSV file (RFC 4180) into cells that know their line. Knows nothing of what the columns mean.
import { CsvError, parse } from 'csv-parse/sync';
import { inputProblem, type InputProblem, type RowSource } from './problem.js';
import { readText } from './read-text.js';

/** A row as it stands in the file: cells in the order of the header. */
export interface CsvRow extends RowSource {
  readonly cells: readonly string[];
}

/** Spreadsheets write the separator of their country. A cell of the header holds none of them. */
const SEPARATORS = [',', ';', '\t'] as const;

function separatorOf(text: string): string {
  const header = /^.*\S.*$/m.exec(text)?.[0] ?? '';
  return SEPARATORS.find((separator) => header.includes(separator)) ?? ',';
}

const lineBreaks = (cells: readonly string[]): number => cells.join('').split('\n').length - 1;

/** Thrown by a reader of rows that wants no more of them. */
class Enough extends Error {}

/**
 * Hands over each row.
 * @returns where the text is no CSV; nothing after it is read
 */
function parseText(
  file: string,
  text: string,
  onRow: (row: CsvRow) => boolean,
): InputProblem | undefined {
  let next = 1;
  try {
    parse(text, {
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
      on_record: (cells: string[], { lines }) => {
        next = lines + 1;
        if (!onRow({ file, line: lines - lineBreaks(cells), cells })) throw new Enough();
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (error instanceof Enough) return undefined;
    if (!(error instanceof CsvError)) throw error;
    return inputProblem('INPUT_BAD_CSV', { file, line: lineWithText(text, next) });
  }
}

/**
 * The parser reports where it noticed a fault, which may be the end of the file: name the row that follows the last good one.
 * @returns the first line that is not empty, from this line on
 */
function lineWithText(text: string, from: number): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    if (line >= from && text.slice(start, end).trim() !== '') return line;
    if (found === -1) return from;
    line += 1;
    start = found + 1;
  }
}

/**
 * Reads a CSV file in UTF-8 with or without byte-order mark, or in UTF-16 with one; separated by commas, semicolons or tabs; with quoted
 * cells that may hold line breaks. Rows are handed over one by one, so that only those are held that somebody keeps.
 * Never throws for what stands in the file: a fault is a problem, and the rows before it are kept.
 * @param onRow takes each row, the header first; false when it wants no more
 * @returns why the file was not read, or not to its end
 */
export function readCsv(file: string, onRow: (row: CsvRow) => boolean): InputProblem | undefined {
  const read = readText(file);
  return 'problem' in read
    ? inputProblem(read.problem, { file, line: 0 })
    : parseText(file, read.text, onRow);
}
