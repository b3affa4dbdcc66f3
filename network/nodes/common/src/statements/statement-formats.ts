// SPDX-License-Identifier: Apache-2.0
// The forms of a statement as a file. Apart from the writers, since tables of operations name them.

/** camt.053.001.08 of ISO 20022. */
export const STATEMENT_FORMATS = ['csv', 'camt.053', 'pdf'] as const;

export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

/** Media types of the files. */
export const STATEMENT_TYPES: readonly string[] = [
  'text/csv',
  'application/xml',
  'application/pdf',
];
