// SPDX-License-Identifier: Apache-2.0
// What scripts can rely on: where and in which form errors are shown, and the exit codes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_ERRORS } from '@fabric-offline-pay/sdk';
import { offpayHere } from '../../test/support/offpay-here.js';
import { COMMAND_ERRORS } from './command-errors.js';
import { exitCodeOf } from './exit-codes.js';

let home: string;
let out: string;
let told: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'offpay-program-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** @returns the exit code. */
async function run(...words: readonly string[]): Promise<number | null> {
  const { code, stdout, stderr } = await offpayHere(words);
  [out, told] = [stdout, stderr];
  return code;
}

test.each([
  ['an unknown command', ['pya'], "unknown command 'pya'"],
  ['an unknown option', ['network', 'status', '--hme', 'x'], "unknown option '--hme'"],
  ['an option that is missing', ['device', 'show'], "required option '--device <folder>'"],
  ['an argument that is missing', ['trail'], "missing required argument 'order'"],
  ['one too many', ['network', 'down', 'now'], 'too many arguments'],
  ['no port', ['network', 'up', '--base-port', '0'], 'a port number'],
  ['a port of another base', ['network', 'up', '--base-port', '0x1000'], 'a port number'],
  ['no count', ['network', 'logs', '--lines', ''], 'a whole number'],
  ['no epoch', ['device', 'restore', '--device', 'x', '--epoch', ' '], 'a whole number from 0'],
  [
    'an epoch of another base',
    ['device', 'restore', '--device', 'x', '--epoch', '0x10'],
    'a whole',
  ],
  ['a port too high for all', ['network', 'up', '--base-port', '65530'], 'a port number from 1 to'],
  ['an option twice', ['check', '--orders', 'a.csv', '--orders', 'b.csv'], 'is given twice'],
  ['no currency', ['balance', '--currency', 'eur'], 'three upper-case letters'],
  ['no actor', ['settlement', 'void', '--actor', 'a b'], 'at most 64 letters'],
  ['no command of the network', ['network'], 'Usage'],
])('%s is wrong use: exit code 2', async (_, words, why) => {
  expect(await run(...words)).toBe(2);
  expect(out).toBe('');
  expect(told).toContain(why);
});

test('an option that gathers may be given for each currency', async () => {
  const limits = ['--limit', 'EUR:payment=5', '--limit', 'CNY:payment=5'];
  const till = ['terminal', 'setup', '--terminal', join(home, 'till'), '--merchant', 'm'];
  await run(...till, ...limits, '--home', home);
  expect(told).not.toContain('is given twice');
});

test('shows wrong use as one line of JSON with --json', async () => {
  expect(await run('network', 'status', '--hme', 'x', '--json')).toBe(2);
  expect(out).toBe('');
  expect(JSON.parse(told)).toEqual({
    code: 'WRONG_USE',
    message: "unknown option '--hme'\n(Did you mean --home?)",
    remedy: COMMAND_ERRORS.WRONG_USE.remedy,
  });
  expect(told.trim()).not.toContain('\n');
});

test('says at once, in both forms, that no network runs: exit code 3', async () => {
  expect(await run('alarms', '--home', home)).toBe(3);
  expect(told).toMatch(/^NETWORK_NOT_UP: /);
  expect(await run('alarms', '--home', home, '--json')).toBe(3);
  expect(JSON.parse(told)).toMatchObject({ code: 'NETWORK_NOT_UP' });
  expect(out).toBe('');
});

test('a query without a network makes no folder', async () => {
  const missing = join(home, 'mistyped');
  for (const words of [['balance'], ['network', 'status']]) await run(...words, '--home', missing);
  expect(existsSync(missing)).toBe(false);
});

test.each(['--help', 'help', '--version'])('%s is not a failure', async (word) => {
  expect(await run(word)).toBe(0);
  expect(out).not.toBe('');
  expect(told).toBe('');
});

test('an error without an exit code of its own is a refusal: exit code 1', () => {
  expect(exitCodeOf('INSUFFICIENT_FUNDS')).toBe(1);
  expect(exitCodeOf('toString')).toBe(1);
  expect(Object.keys(CLIENT_ERRORS).filter((code) => exitCodeOf(code) === 3)).toEqual([
    'NETWORK_UNAVAILABLE',
    'OUTCOME_UNKNOWN',
    'STORE_LOCKED',
  ]);
});
