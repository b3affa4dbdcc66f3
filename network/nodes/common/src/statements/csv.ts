// SPDX-License-Identifier: Apache-2.0
// A statement as CSV (RFC 4180): a header, a record for the opening balance, one an entry, one for the closing balance.
import type {
  AccountStatement,
  Balances,
  StatementEntry,
  StatementHead,
} from './account-statement.js';
import { csvCell, csvText } from './csv-cells.js';
import { decimal, goodsText, heightText, instantText } from './formats.js';

const COLUMNS = [
  'booked_at',
  'kind',
  'amount',
  'moved',
  'balance',
  'available',
  'currency',
  'merchant_id',
  'order_number',
  'goods',
  'reference',
  'transaction_id',
  'entry',
] as const;

/** Fields that are not named stay empty. */
type Fields = Partial<Readonly<Record<(typeof COLUMNS)[number], string>>>;

/** The figures of this program: a spreadsheet may take them for what they are. */
const NUMBERS: ReadonlySet<string> = new Set(['amount', 'moved', 'balance', 'available']);

const recordOf = (fields: Fields): string =>
  `${COLUMNS.map((column) => {
    const text = fields[column] ?? '';
    return NUMBERS.has(column) ? csvCell(text) : csvText(text);
  }).join(',')}\r\n`;

const balanceRecord = (
  kind: string,
  instant: number,
  { booked, available }: Balances,
  { currency, ...head }: StatementHead,
): string =>
  recordOf({
    booked_at: instantText(instant),
    kind,
    balance: decimal(booked, currency),
    available: decimal(available, currency),
    currency,
    reference: heightText({ currency, ...head }),
  });

const entryRecord = (entry: StatementEntry, currency: string): string =>
  recordOf({
    booked_at: instantText(entry.bookedAt),
    kind: entry.kind,
    amount: decimal(entry.amount, currency),
    moved: decimal(entry.moved, currency),
    balance: decimal(entry.balance.booked, currency),
    available: decimal(entry.balance.available, currency),
    currency,
    merchant_id: entry.order?.merchantId ?? '',
    order_number: entry.order?.orderNumber ?? '',
    goods: entry.lines.map((line) => goodsText(line, currency)).join('; '),
    reference: entry.reference ?? '',
    transaction_id: entry.transactionId,
    entry: entry.id,
  });

/** @yields records, each with its end of line; UTF-8 */
export async function* statementCsv({
  head,
  entries,
}: AccountStatement): AsyncGenerator<string, void> {
  yield `${COLUMNS.join(',')}\r\n`;
  yield balanceRecord('openingBalance', head.from, head.opening, head);
  for await (const entry of entries) yield entryRecord(entry, head.currency);
  yield balanceRecord('closingBalance', head.to, head.closing, head);
}
