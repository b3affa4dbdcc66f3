// SPDX-License-Identifier: Apache-2.0
// The command line asks the tables of an earlier audit, in a process of its own, and writes them as files.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORTED, EXPORTED_NAMES } from '@fabric-offline-pay/auditor-node';
import { MERCHANT } from '@fabric-offline-pay/testing';
import { offpay } from '../support/command-line.js';
import { KeptHistories } from '../support/kept-histories.js';
import { OneOrder } from '../support/one-order.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-questions-'));
const database = join(folder, 'tables');

beforeAll(async () => {
  const order = await OneOrder.open();
  await order.buy('express');
  const kept = await KeptHistories.open({ folder: database });
  await kept.keep(order.memory.ledger);
  await kept.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (...words: readonly string[]) => offpay(['audit', ...words, '--database', database]);

interface Listed {
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

async function listed(...words: readonly string[]): Promise<Listed> {
  const { stdout, stderr } = await ask(...words, '--json');
  return JSON.parse(stdout || stderr) as Listed;
}

test('an order’s trail is a table for people', async () => {
  const { code, stdout } = await ask('order', `${MERCHANT}/ORD-1`);
  const lines = stdout.trimEnd().split('\n');
  expect([code, lines[0]]).toEqual([0, expect.stringMatching(/^block +place +at +name/)]);
  expect(lines.at(-1)).toMatch(/express:settle +bank-node .* released .* EUR .* 49\.80/);
});

test('pages follow each other', async () => {
  const all = await listed('account', 'customer-1');
  const first = await listed('account', 'customer-1', '--limit', '1');
  const rest = await listed('account', 'customer-1', '--after', first.next ?? '');
  expect(all.entries.length).toBeGreaterThan(1);
  expect([...first.entries, ...rest.entries]).toEqual(all.entries);
});

test('a range is of blocks or of times', async () => {
  const all = await listed('supplies');
  expect(await listed('supplies', '--from', '2000-01-01', '--to', '1000000')).toEqual(all);
  expect((await listed('supplies', '--to', '2000-01-01')).entries).toEqual([]);
});

test.each([
  [['order', 'no-slash'], 'WRONG_USE'],
  [['order', 'a/b/c'], 'WRONG_USE'],
  [['account', 'no name!'], 'INPUT_INVALID'],
  [['alarms', '--state', 'unknown'], 'INPUT_INVALID'],
  [['alarms', '--from', 'yesterday'], 'WRONG_USE'],
  [['votes', '--limit', '501'], 'WRONG_USE'],
])('%j is wrong use', async (words, code) => {
  const ended = await ask(...words, '--json');
  expect([ended.code, JSON.parse(ended.stderr)]).toMatchObject([2, { code }]);
});

test('tables that are not there are not made', async () => {
  const nowhere = join(folder, 'nowhere');
  const { code } = await offpay(['audit', 'votes', '--database', nowhere]);
  expect([code, existsSync(nowhere)]).toEqual([2, false]);
});

/** A reader of RFC 4180 of its own; no text here ends a line. */
const recordsIn = (csv: string): string[][] =>
  csv
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, plain = '']) =>
        quoted === undefined ? plain : quoted.replaceAll('""', '"'),
      ),
    );

test('all tables are written, and say the same in each format', async () => {
  const into = join(folder, 'files');
  for (const format of ['csv', 'jsonl'])
    expect((await ask('export', into, '--format', format)).code).toBe(0);
  for (const table of EXPORTED_NAMES) {
    const records = recordsIn(readFileSync(join(into, `${table}.csv`), 'utf8'));
    const lines = readFileSync(join(into, `${table}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1);
    const [head, ...rows] = records;
    expect(head).toEqual(Object.keys(EXPORTED[table].columns));
    const values = lines.map((line) =>
      Object.values(JSON.parse(line) as Readonly<Record<string, string | number | null>>).map(
        (value) => String(value ?? ''),
      ),
    );
    expect([table, rows]).toEqual([table, values]);
  }
});
