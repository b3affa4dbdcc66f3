// SPDX-License-Identifier: Apache-2.0
// A statement as the file that an operation answers.
import type { FileAnswer } from '../http/operation.js';
import type { AccountStatement } from './account-statement.js';
import { statementCamt053 } from './camt053.js';
import { statementCsv } from './csv.js';
import { statementPdf } from './pdf.js';
import type { StatementFormat } from './statement-formats.js';

const WRITERS: Readonly<
  Record<
    StatementFormat,
    {
      readonly contentType: string;
      readonly ending: string;
      readonly write: (statement: AccountStatement) => AsyncIterable<string | Uint8Array>;
    }
  >
> = {
  csv: { contentType: 'text/csv; charset=utf-8', ending: 'csv', write: statementCsv },
  'camt.053': { contentType: 'application/xml', ending: 'xml', write: statementCamt053 },
  pdf: { contentType: 'application/pdf', ending: 'pdf', write: statementPdf },
};

/** @param name of the file, without its ending: ASCII, without quotes */
export function statementFile(
  statement: AccountStatement,
  format: StatementFormat,
  name: string,
): FileAnswer {
  const { contentType, ending, write } = WRITERS[format];
  return { contentType, fileName: `${name}.${ending}`, body: write(statement) };
}
