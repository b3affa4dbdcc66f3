// SPDX-License-Identifier: Apache-2.0
// `offpay check`: files are right, have rows that are left out, or cannot be used: three exit codes, and every problem with its place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputProblem } from '@fabric-offline-pay/network';
import { samplePaths } from '../input-files';
import { runOffpay } from '../program';

let folder: string;
let written: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-check-'));
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
  rmSync(folder, { recursive: true });
});

/** @returns the exit code. */
async function check(...words: readonly string[]): Promise<unknown> {
  process.exitCode = 0;
  await runOffpay(['check', ...words]);
  return process.exitCode;
}

/** The sample's goods with more lines at the end. */
function goodsWith(...more: readonly string[]): string {
  const file = join(folder, 'goods.csv');
  writeFileSync(file, `${readFileSync(samplePaths().goods, 'utf8')}${more.join('\n')}\n`);
  return file;
}

test('the sample has nothing wrong', async () => {
  expect(await check()).toBe(0);
  expect(written.join('')).toMatch(/orders\.csv +\d+ +0\n/);
});

test('rows that are left out are named, one by one: 1', async () => {
  expect(await check('--goods', goodsWith('merchant-01'), '--json')).toBe(1);
  const { problems } = JSON.parse(written.join('')) as { problems: InputProblem[] };
  expect(problems).toMatchObject([{ code: 'INPUT_COLUMN_COUNT', file: join(folder, 'goods.csv') }]);
});

test('a file that is not read to its end stops all of them: 2', async () => {
  expect(await check('--goods', goodsWith('merchant-01,"never closed'))).toBe(2);
  expect(written.join('')).toMatch(/INPUT_BAD_CSV[^]*goods\.csv .*cannot be used: nothing is run/);
  written.length = 0;
  expect(await check('--orders', join(folder, 'nowhere.csv'))).toBe(2);
  expect(written.join('')).toContain('INPUT_FILE_UNREADABLE');
});

test('of a thousand bad rows a person is told fifty, and a program all', async () => {
  const file = goodsWith(...Array.from({ length: 1000 }, () => 'merchant-01'));
  expect(await check('--goods', file)).toBe(1);
  const lines = written.join('').split('\n');
  expect(lines.filter((line) => line.includes('INPUT_COLUMN_COUNT'))).toHaveLength(50);
  expect(lines).toContain(`${file}: 950 more (offpay check --json has all)`);
  written.length = 0;
  expect(await check('--goods', file, '--json')).toBe(1);
  expect((JSON.parse(written.join('')) as { problems: unknown[] }).problems).toHaveLength(1000);
});
