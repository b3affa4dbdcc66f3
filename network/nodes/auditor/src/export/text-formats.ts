// SPDX-License-Identifier: Apache-2.0
// Tables as text: CSV for spreadsheets, JSON lines for programs.
import { csvCell, csvText } from '@fabric-offline-pay/node-common/client';
import { columnsOf, type ExportedName, type ExportedRow } from './exported-tables.js';

type Rows = AsyncIterable<readonly ExportedRow[]>;

const NUMBER = /^-?\d+$/;

/** Numbers and amounts stay what they are; nothing stays empty. */
function cellOf(value: ExportedRow[string]): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string' || NUMBER.test(value)) return csvCell(String(value));
  return csvText(value);
}

/** @yields a header, and a record (RFC 4180) for each row */
export async function* csvOf(table: ExportedName, rows: Rows): AsyncGenerator<string, void> {
  const names = columnsOf(table).map(([name]) => name);
  yield `${names.join(',')}\r\n`;
  for await (const some of rows)
    yield some
      .map((row) => `${names.map((name) => cellOf(row[name] ?? null)).join(',')}\r\n`)
      .join('');
}

/** @yields one JSON object a line, with all columns in their order */
export async function* jsonLinesOf(table: ExportedName, rows: Rows): AsyncGenerator<string, void> {
  const names = columnsOf(table).map(([name]) => name);
  for await (const some of rows)
    yield some
      .map(
        (row) => `${JSON.stringify(Object.fromEntries(names.map((name) => [name, row[name]])))}\n`,
      )
      .join('');
}
