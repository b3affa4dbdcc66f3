// SPDX-License-Identifier: Apache-2.0
// `offpay check` has three exit codes: files are right, rows are left out, or a file cannot be used. Each problem names its place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputProblem } from '@fabric-offline-pay/run';
import { samplePaths } from '../input-files.js';
import { offpayHere } from '../../../test/support/offpay-here.js';

let folder: string;
let written: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns the exit code. */
async function check(...words: readonly string[]): Promise<number | null> {
  const { code, stdout, stderr } = await offpayHere(['check', ...words]);
  written = `${stderr}${stdout}`;
  return code;
}

/** The goods of the sample with more lines at the end. */
function goodsWith(...more: readonly string[]): string {
  const file = join(folder, 'goods.csv');
  writeFileSync(file, `${readFileSync(samplePaths().goods, 'utf8')}${more.join('\n')}\n`);
  return file;
}

test('finds nothing wrong in the sample', async () => {
  expect(await check('--sample')).toBe(0);
  expect(written).toMatch(/orders\.csv +\d+ +0\n/);
});

test('names each row that is left out: exit code 1', async () => {
  expect(await check('--sample', '--goods', goodsWith('merchant-01'), '--json')).toBe(1);
  const { problems } = JSON.parse(written) as { problems: InputProblem[] };
  expect(problems).toMatchObject([{ code: 'INPUT_COLUMN_COUNT', file: join(folder, 'goods.csv') }]);
});

test('a file that cannot be read to its end stops everything: exit code 2', async () => {
  expect(await check('--sample', '--goods', goodsWith('merchant-01,"never closed'))).toBe(2);
  expect(written).toMatch(/INPUT_BAD_CSV[^]*goods\.csv .*cannot be used: no file is run/);
  expect(await check('--sample', '--orders', join(folder, 'nowhere.csv'))).toBe(2);
  expect(written).toContain('INPUT_FILE_UNREADABLE');
});

test('shows a person fifty of a thousand bad rows, and a program all of them', async () => {
  const file = goodsWith(...Array.from({ length: 1000 }, () => 'merchant-01'));
  expect(await check('--sample', '--goods', file)).toBe(1);
  const lines = written.split('\n');
  expect(lines.filter((line) => line.includes('INPUT_COLUMN_COUNT'))).toHaveLength(50);
  expect(lines).toContain(`${file}: 950 more (offpay check --json has all)`);
  expect(await check('--sample', '--goods', file, '--json')).toBe(1);
  expect((JSON.parse(written) as { problems: unknown[] }).problems).toHaveLength(1000);
});

test('why a file is not read on is told, however many bad rows come before', async () => {
  const rows = Array.from({ length: 1000 }, () => 'merchant-01');
  expect(await check('--sample', '--goods', goodsWith(...rows, 'merchant-01,"never closed'))).toBe(
    2,
  );
  expect(written).toContain('INPUT_BAD_CSV');
});
