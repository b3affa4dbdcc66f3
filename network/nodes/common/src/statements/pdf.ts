// SPDX-License-Identifier: Apache-2.0
// A statement as PDF. No font is embedded: text outside of Latin letters is written as code points, `\u{4E2D}`, which loses nothing and
// keeps a page small. The same statement gives the same bytes: its only time is the statement's own.
import type { AccountStatement, StatementEntry, StatementHead } from './account-statement.js';
import { decimal, goodsText, heightText, instantText } from './formats.js';

type Pdf = PDFKit.PDFDocument;

/** Points, from the left of an A4 page; amounts end at the end of their column. */
const COLUMNS = [
  { title: 'Booked', x: 40, width: 100, align: 'left' },
  { title: 'What', x: 142, width: 176, align: 'left' },
  { title: 'Amount', x: 320, width: 75, align: 'right' },
  { title: 'Balance', x: 400, width: 75, align: 'right' },
  { title: 'Available', x: 480, width: 75, align: 'right' },
] as const;

const FONT = 'Helvetica';
const FONT_SIZE = 8;
const LINE = 11;
const TOP = 50;
const BOTTOM = 790;

/** The letters of WinAnsi that Latin-1 has, too; what PDF's own fonts can show everywhere. */
const OTHERS = /[^\x20-\x7E\u00A0-\u00FF]/gu;

const shown = (text: string): string =>
  text.replace(OTHERS, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);

/** Writes rows below each other, and begins a page when one is full. */
class Rows {
  readonly #pdf: Pdf;
  #y = TOP;

  constructor(pdf: Pdf) {
    this.#pdf = pdf;
  }

  /** A text over the whole width. */
  text(text: string): void {
    this.#pdf.text(shown(text), COLUMNS[0].x, this.#room(), { lineBreak: false });
    this.#y += LINE;
  }

  /** One text a column. */
  row(texts: readonly string[]): void {
    const y = this.#room();
    for (const [index, { x, width, align }] of COLUMNS.entries())
      this.#pdf.text(shown(texts[index] ?? ''), x, y, {
        ...{ width, align, height: LINE, ellipsis: true },
        lineBreak: index === 1,
      });
    this.#y += LINE;
  }

  #room(): number {
    if (this.#y > BOTTOM) {
      this.#pdf.addPage();
      this.#y = TOP;
    }
    return this.#y;
  }
}

const about = ({ kind, order }: StatementEntry): string =>
  order === null ? kind : `${kind} ${order.merchantId} ${order.orderNumber}`;

function writeHead(rows: Rows, head: StatementHead): void {
  rows.text(`Statement of account ${head.ownerId}, ${head.currency}`);
  rows.text(`From ${instantText(head.from)} until before ${instantText(head.to)}`);
  rows.text(`Ledger: ${heightText(head)}`);
  rows.text(`Made ${instantText(head.madeAt)}`);
  rows.text('');
  rows.row(COLUMNS.map(({ title }) => title));
}

function writeEntry(rows: Rows, entry: StatementEntry, currency: string): void {
  const { amount, balance } = entry;
  rows.row([
    instantText(entry.bookedAt),
    about(entry),
    decimal(amount, currency),
    decimal(balance.booked, currency),
    decimal(balance.available, currency),
  ]);
  for (const line of entry.lines) rows.row(['', goodsText(line, currency)]);
}

async function write(pdf: Pdf, { head, entries }: AccountStatement): Promise<void> {
  const { currency, opening, closing } = head;
  const rows = new Rows(pdf.font(FONT).fontSize(FONT_SIZE));
  const balances = (title: string, { booked, available }: StatementHead['opening']): void =>
    rows.row(['', title, '', decimal(booked, currency), decimal(available, currency)]);
  writeHead(rows, head);
  balances('Opening balance', opening);
  for await (const entry of entries) writeEntry(rows, entry, currency);
  balances('Closing balance', closing);
  pdf.end();
}

/** @yields the document's bytes in parts */
export async function* statementPdf(statement: AccountStatement): AsyncGenerator<Uint8Array, void> {
  // Loaded when the first PDF is asked for: it takes longer than all else that a node loads.
  const { default: Document } = await import('pdfkit');
  const pdf = new Document({
    size: 'A4',
    margin: 0,
    info: { Title: 'Account statement', CreationDate: new Date(statement.head.madeAt) },
  });
  const written = write(pdf, statement);
  written.catch((error: unknown) => pdf.destroy(error as Error));
  for await (const part of pdf) yield part as Uint8Array;
  await written;
}
