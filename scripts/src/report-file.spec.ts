// SPDX-License-Identifier: Apache-2.0
// A report never costs a file: not the one before, not one that is read.
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PayReport } from '@fabric-offline-pay/run';
import { ensureReportWritable, writeReport } from './report-file.js';

const REPORT = { orders: { total: 1 } } as PayReport;
const WRITTEN = `${JSON.stringify(REPORT, null, 2)}\n`;

let folder: string;
let orders: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-report-'));
  orders = join(folder, 'orders.csv');
  writeFileSync(orders, 'order_number');
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['itself', () => orders],
  ['another path to it', () => join(folder, '..', folder.split('/').at(-1) ?? '', 'orders.csv')],
  ['a link', () => (symlinkSync(orders, join(folder, 'link')), join(folder, 'link'))],
  ['a second name', () => (linkSync(orders, join(folder, 'name')), join(folder, 'name'))],
])('one that would replace a file that is read is refused: %s', (_, reportOf) => {
  const report = reportOf();
  expect(() => ensureReportWritable(report, { orders })).toThrow(
    expect.objectContaining({
      code: 'WRONG_USE',
      message: expect.stringContaining(orders) as string,
    }) as Error,
  );
  expect(readFileSync(orders, 'utf8')).toBe('order_number');
});

test('the file is replaced as a whole, and a link stays one', () => {
  const [file, link] = [join(folder, 'report.json'), join(folder, 'newest.json')];
  writeFileSync(file, 'yesterday');
  symlinkSync(file, link);
  writeReport(link, REPORT);
  expect(readFileSync(file, 'utf8')).toBe(WRITTEN);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['newest.json', 'orders.csv', 'report.json']);
});

test('the file keeps its permissions', () => {
  const file = join(folder, 'report.json');
  writeFileSync(file, 'yesterday', { mode: 0o640 });
  writeReport(file, REPORT);
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

test('a link to nothing leads to the new file', () => {
  symlinkSync(join(folder, 'new.json'), join(folder, 'link.json'));
  writeReport(join(folder, 'link.json'), REPORT);
  expect(readFileSync(join(folder, 'new.json'), 'utf8')).toBe(WRITTEN);
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
});

test('what cannot be written is told by a code of its own, after the run', () => {
  const file = join(folder, 'missing', 'x', 'report.json');
  writeFileSync(join(folder, 'missing'), 'a file where a folder would be');
  expect(() => writeReport(file, REPORT)).toThrow(
    expect.objectContaining({
      code: 'REPORT_UNWRITTEN',
      details: expect.objectContaining({ file }) as object,
    }) as Error,
  );
  expect(() => writeReport('/dev/full', REPORT)).toThrow(
    expect.objectContaining({ details: { file: '/dev/full', reason: 'ENOSPC' } }) as Error,
  );
});
