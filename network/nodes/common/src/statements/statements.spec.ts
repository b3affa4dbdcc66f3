// SPDX-License-Identifier: Apache-2.0
// What banks' and merchants' programs read of a statement: CSV that no spreadsheet runs, XML as the standard demands, PDF that is the
// same each time.
import type { AccountStatement, StatementEntry, StatementHead } from './account-statement.js';
import { statementCamt053 } from './camt053.js';
import { statementCsv } from './csv.js';
import { statementPdf } from './pdf.js';
import { errorsIn } from '../testing/camt-rules.js';

const NOON = Date.UTC(2026, 10, 29, 12);

const HEAD: StatementHead = {
  ownerId: 'customer-1',
  currency: 'EUR',
  from: NOON - 86_400_000,
  to: NOON,
  madeAt: NOON,
  opening: { booked: '10000', available: '10000' },
  closing: { booked: '4550', available: '4550' },
  height: { block: 12, hash: 'ab'.repeat(32) },
};

const entry = (more: Partial<StatementEntry> = {}): StatementEntry => ({
  id: '12-0-0',
  bookedAt: NOON - 1000,
  kind: 'capture',
  order: { merchantId: 'merchant-1', orderNumber: 'ORD-1' },
  reference: 'C-1',
  transactionId: 'f0'.repeat(32),
  amount: '-5450',
  moved: '0',
  balance: { booked: '4550', available: '4550' },
  lines: [{ gtin: '4006381333948', name: '充电器 "A", <b>', quantity: 2, unitPrice: '2490' }],
  ...more,
});

const HOLD = entry({ id: '11-0-0', kind: 'hold', amount: '0', moved: '-5450', lines: [] });

// eslint-disable-next-line @typescript-eslint/require-await
async function* given(entries: readonly StatementEntry[]): AsyncGenerator<StatementEntry> {
  yield* entries;
}

const statementOf = (
  entries: readonly StatementEntry[],
  head: Partial<StatementHead> = {},
): AccountStatement => ({ head: { ...HEAD, ...head }, entries: given(entries) });

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

async function bytesOf(statement: AccountStatement): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of statementPdf(statement)) parts.push(part);
  return Buffer.concat(parts);
}

describe('CSV', () => {
  test('a record an entry, between the balances, with signed decimals and goods', async () => {
    const text = await textOf(statementCsv(statementOf([HOLD, entry()])));
    const records = text.split('\r\n');
    expect(records).toHaveLength(6);
    expect(records[1]).toMatch(/^2026-11-28T12:00:00Z,openingBalance,,,100.00,100.00,EUR,/);
    expect(records[3]).toBe(
      `2026-11-29T11:59:59Z,capture,-54.50,0.00,45.50,45.50,EUR,merchant-1,ORD-1,` +
        `"2 x 充电器 ""A"", <b> (4006381333948) at 24.90",C-1,${'f0'.repeat(32)},12-0-0`,
    );
    expect(records[4]).toContain(`block 12 ${'ab'.repeat(32)}`);
    expect(records[5]).toBe('');
  });

  /** A record as a spreadsheet reads it: quotes count where a cell begins with them, and what follows them belongs to it. */
  function cellsOf(record: string, separator: string): string[] {
    const cells: string[] = [];
    for (let rest = record; ;) {
      const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
      const from = quoted?.[0].length ?? 0;
      const at = rest.indexOf(separator, from);
      const end = at < 0 ? rest.length : at;
      cells.push((quoted?.[1]?.replaceAll('""', '"') ?? '') + rest.slice(from, end));
      if (at < 0) return cells;
      rest = rest.slice(end + 1);
    }
  }

  const GOODS_COLUMN = 9;

  /** What a program does that wants the text as it was. */
  const original = (text: string): string =>
    text.replace(/((?:^|[;|\t\r\n])[;|\s\p{C}"]*)'('*[=+\-@＝＋－＠])/gu, '$1$2');

  const TEXTS = [
    ...['=1+1', '+1', '-1', '@SUM(1)', '\t=1', ' =1', "'=1", '＝1'],
    ...[
      ';=1',
      '; =1',
      'a;"=1"',
      'a;""=1',
      "a;'=1",
      'a|=1',
      'a\t@1',
      'a\n-1',
      'a\r\n+1',
      ';;\u200b=1;;',
    ],
    ...["=1+cmd|' /C calc'!A0;", 'a =1', 'minus -1, and 1=1', '"', ';', "it's; o'clock"],
  ];

  test.each(TEXTS)('%j is text, not a formula, wherever a spreadsheet cuts', async (text) => {
    const named = { gtin: '4006381333948', name: text, quantity: 2, unitPrice: '2490' };
    const poisoned = entry({ reference: text, lines: [named, named] });
    const csv = await textOf(statementCsv(statementOf([poisoned])));
    for (const separator of [';', '\t', '|'])
      for (const cell of csv.split(/[\r\n]+/).flatMap((record) => cellsOf(record, separator)))
        expect(cell).not.toMatch(/^[\s\p{C}"]*[=+\-@＝＋－＠]/u);
    // Who cuts at commas, as RFC 4180 has it, sees the fields, and has their texts again.
    const [, , record = ''] = csv.split(/\r\n(?=20|$)/);
    const [goods = '', reference = ''] = cellsOf(record, ',').slice(GOODS_COLUMN);
    expect(reference).not.toMatch(/^[\s\p{C}"]*[=+\-@＝＋－＠]/u);
    expect(original(reference)).toBe(text);
    const line = `2 x ${text} (4006381333948) at 24.90`;
    expect(original(goods)).toBe(`${line}; ${line}`);
  });

  test('text without such a sign stays as it is', async () => {
    const harmless = entry({ reference: 'a-b 1=1, c; d', lines: [] });
    const csv = await textOf(statementCsv(statementOf([harmless])));
    expect(csv).toContain(',"a-b 1=1, c; d",');
  });
});

describe('camt.053', () => {
  const xmlOf = (...of: Parameters<typeof statementOf>) =>
    textOf(statementCamt053(statementOf(...of)));

  test('follows the rules of camt.053.001.08', async () => {
    const bare = entry({ order: null, reference: null, lines: [], kind: 'issue', amount: '1' });
    const long = entry({
      order: { merchantId: 'm'.repeat(64), orderNumber: 'n'.repeat(64) },
      reference: 'r'.repeat(160),
      lines: [{ gtin: '4006381333948', name: '器'.repeat(400), quantity: 1, unitPrice: '1' }],
    });
    const xml = await xmlOf([HOLD, entry(), bare, long], { ownerId: 'o'.repeat(64) });
    expect(errorsIn(xml)).toEqual([]);
    expect(xml.match(/<Ntry>/g)).toHaveLength(3);
    expect(xml).toContain('<Amt Ccy="EUR">54.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>');
    expect(xml).toContain('&lt;b&gt;');
  });

  test('also for an account that nothing happened on, in a currency without decimals, without an end', async () => {
    const nothing = { booked: '-3', available: '0' };
    const head = { currency: 'JPY', opening: nothing, closing: nothing };
    const open = { ...head, from: 0, to: Number.MAX_SAFE_INTEGER };
    const xml = await xmlOf([], { ...open, height: { block: -1, hash: '' } });
    expect(errorsIn(xml)).toEqual([]);
    expect(xml).toContain('<Amt Ccy="JPY">3</Amt><CdtDbtInd>DBIT</CdtDbtInd>');
  });

  test('the rules refuse what the standard refuses', async () => {
    const xml = await xmlOf([entry()]);
    const broken = {
      'Sts is missing': xml.replace('<Sts><Cd>BOOK</Cd></Sts>', ''),
      'CdtDbtInd before Amt': xml.replace(
        /(<Amt [^>]*>[^<]*<\/Amt>)(<CdtDbtInd>DBIT<\/CdtDbtInd>)/,
        '$2$1',
      ),
      'a word for a direction': xml.replace('>DBIT<', '>OUT<'),
      'a text that is too long': xml.replace('>C-1<', `>${'x'.repeat(36)}<`),
      'an element of another message': xml.replace('<Sts>', '<Foo>1</Foo><Sts>'),
    };
    for (const [what, text] of Object.entries(broken))
      expect([what, errorsIn(text).length]).not.toEqual([what, 0]);
  });
});

describe('PDF', () => {
  test('is the same for the same statement, and spells out what its font lacks', async () => {
    const bytes = await bytesOf(statementOf([entry()]));
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await bytesOf(statementOf([entry()]))).toEqual(bytes);
    const other = { ...entry(), lines: [{ gtin: '1', name: '电', quantity: 1, unitPrice: '1' }] };
    expect((await bytesOf(statementOf([other]))).equals(bytes)).toBe(false);
  });

  test('turns the page, and tells what stops it', async () => {
    const many = Array.from({ length: 200 }, () => entry());
    const text = (await bytesOf(statementOf(many))).toString('latin1');
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(6);
    // eslint-disable-next-line @typescript-eslint/require-await
    async function* failing(): AsyncGenerator<StatementEntry> {
      yield entry();
      throw new Error('the database is away');
    }
    await expect(bytesOf({ head: HEAD, entries: failing() })).rejects.toThrow('is away');
  });
});
