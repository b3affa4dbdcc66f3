// SPDX-License-Identifier: Apache-2.0
// A settlement report as CSV (RFC 4180): one row a movement, between the opening and the closing balance.
import type { SettlementReport } from './settlement-report.js';

const HEAD = [
  'date',
  'time',
  'kind',
  'currency',
  'amount_minor',
  'reference',
  'transaction_id',
  'block',
];

/** A spreadsheet takes text that begins like this for a formula. Signed amounts are numbers, and stay. */
const FORMULA = /^[=+\-@\t\r]/;

const NUMBER = /^-?\d+$/;

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const row = (...cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

const timeOf = (at: number): string => new Date(at * 1000).toISOString().slice(11, 19);

/** @returns amounts in minor units */
export function reportCsv(report: SettlementReport): string {
  const { date, currency, opening, closing, entries } = report;
  return [
    row(...HEAD),
    row(date, '', 'opening', currency, opening, '', '', ''),
    ...entries.map(({ at, kind, amount, reference, transactionId, block }) =>
      row(
        date,
        timeOf(at),
        kind,
        currency,
        amount,
        reference ?? '',
        transactionId,
        block.toString(),
      ),
    ),
    row(date, '', 'closing', currency, closing, '', '', ''),
  ].join('');
}
