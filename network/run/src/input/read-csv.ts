// SPDX-License-Identifier: Apache-2.0
// Reads one CSV file (RFC 4180) into cells that know their line. Knows nothing of what the columns mean.
import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { inputProblem, type InputProblem, type RowSource } from './problem.js';

/** A row as it stands in the file: cells in the order of the header. */
export interface CsvRow extends RowSource {
  readonly cells: readonly string[];
}

/** The header, undefined when there is none to read, and the rows that could be read before any fault. */
export interface CsvFile {
  readonly header: CsvRow | undefined;
  readonly rows: readonly CsvRow[];
  readonly problems: readonly InputProblem[];
}

const unreadable = (problem: InputProblem): CsvFile => ({
  header: undefined,
  rows: [],
  problems: [problem],
});

/** Spreadsheets write the separator of their country. A cell of the header holds none of them. */
const SEPARATORS = [',', ';', '\t'] as const;

function separatorOf(text: string): string {
  const header = text.split('\n').find((line) => line.trim() !== '') ?? '';
  return SEPARATORS.find((separator) => header.includes(separator)) ?? ',';
}

const lineBreaks = (cells: readonly string[]): number => cells.join('').split('\n').length - 1;

/** The parser counts CRLF inside quotes twice, so line ends are made LF first; cells keep LF. */
function parseText(file: string, text: string): CsvFile {
  const rows: CsvRow[] = [];
  const problems: InputProblem[] = [];
  try {
    parse(text.replaceAll('\r\n', '\n'), {
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
      on_record: (cells: string[], { lines }) => {
        rows.push({ file, line: lines - lineBreaks(cells), cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(inputProblem('INPUT_BAD_CSV', { file, line: nextLine(rows, text) }));
  }
  return { header: rows[0], rows: rows.slice(1), problems };
}

/** The parser reports where it noticed the fault, which may be the end of the file: name the row that follows the last good one. */
function nextLine(rows: readonly CsvRow[], text: string): number {
  const last = rows.at(-1);
  let line = last === undefined ? 1 : last.line + lineBreaks(last.cells) + 1;
  const lines = text.split('\n');
  while (lines[line - 1]?.trim() === '') line += 1;
  return line;
}

function readBytes(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
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

/**
 * Reads a CSV file in UTF-8 with or without byte-order mark, or in UTF-16 with one; separated by commas, semicolons or tabs; with LF or
 * CRLF, with quoted cells that may hold line breaks.
 * Never throws for what stands in the file: a fault is a problem, and the rows before it are kept.
 */
export function readCsv(file: string): CsvFile {
  const whole = { file, line: 0 };
  const bytes = readBytes(file);
  if (bytes === undefined) return unreadable(inputProblem('INPUT_FILE_UNREADABLE', whole));
  const text = decode(bytes);
  if (text === undefined) return unreadable(inputProblem('INPUT_BAD_ENCODING', whole));
  return parseText(file, text);
}
