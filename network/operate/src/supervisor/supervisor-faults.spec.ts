// SPDX-License-Identifier: Apache-2.0
// A fault of the disk or of one file ends no supervision: what runs, runs on, and what was left undone is done when it can be.
import fs, { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isAlive,
  processIdentity,
  signalProcess,
  waitUntil,
} from '@fabric-offline-pay/node-common';
import { logFile, readState, specFolder, writeSpec } from './run-folder.js';
import { Supervisor } from './supervisor.js';

const DEADLINE = { deadlineMs: 10_000, intervalMs: 20 };

let home: string;
let supervisor: Supervisor;
let news: string[];
/** Process numbers that the supervisor has told of. */
let started: number[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'supervisor-'));
  [news, started] = [[], []];
  supervisor = new Supervisor(home, (message, { pid }) => {
    news.push(message);
    if (typeof pid === 'number') started.push(pid);
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await supervisor.end();
  rmSync(home, { recursive: true });
});

function declare(name: string): void {
  writeSpec(home, {
    ...{ name, kind: 'service', organisation: 'bank', env: {}, cwd: home, generation: 1 },
    command: process.execPath,
    args: ['-e', 'setInterval(() => undefined, 1000)'],
  });
}

/** @returns the process that the state's file names */
function written(name: string): { readonly pid: number; readonly identity: string } {
  const { pid = 0, identity = '' } = readState(home, name) ?? {};
  return { pid, identity };
}

const fileOf = (name: string): string => join(specFolder(home), `${name}.json`);

test('on a full disk it starts a dead process again, tells it once, and writes the state when there is room', async () => {
  declare('it');
  await supervisor.reconcile();
  const first = written('it');
  const full = jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  signalProcess(first, 'SIGKILL');
  await waitUntil('the next start', () => started.length > 1 || undefined, DEADLINE);
  await supervisor.reconcile();
  expect(written('it')).toEqual(first);
  expect(news.filter((message) => message === 'cannot write the state')).toHaveLength(1);
  full.mockRestore();
  await supervisor.reconcile();
  const second = written('it');
  expect(second.pid).toBe(started[1]);
  expect(isAlive(second)).toBe(true);
  expect(readState(home, 'it')).toMatchObject({ state: 'running', restarts: 1 });
});

test('a process whose log cannot be opened is started when it can', async () => {
  const log = logFile(home, 'it');
  mkdirSync(log, { recursive: true });
  declare('it');
  await supervisor.reconcile();
  await waitUntil(
    'two attempts',
    () => news.filter((each) => each === 'cannot start').length > 1 || undefined,
    DEADLINE,
  );
  rmSync(log, { recursive: true });
  await waitUntil('the start', () => isAlive(written('it')) || undefined, DEADLINE);
});

test('a damaged specification is told, and the processes of all others are begun and ended', async () => {
  declare('damaged');
  declare('withdrawn');
  await supervisor.reconcile();
  const [kept, ended] = [written('damaged'), written('withdrawn')];
  writeFileSync(fileOf('damaged'), '{');
  rmSync(fileOf('withdrawn'));
  declare('new');
  for (let times = 0; times < 2; times += 1)
    await expect(supervisor.reconcile()).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  expect([kept, written('new'), ended].map(isAlive)).toEqual([true, true, false]);
  declare('damaged');
  await supervisor.reconcile();
  expect(processIdentity(kept.pid)).toBe(kept.identity);
});

test('a folder that cannot be read is told, and read at the next look', async () => {
  declare('it');
  await supervisor.reconcile();
  const unreadable = jest.spyOn(fs, 'readdirSync').mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  await expect(supervisor.reconcile()).rejects.toMatchObject({ code: 'EMFILE' });
  unreadable.mockRestore();
  expect(isAlive(written('it'))).toBe(true);
  rmSync(fileOf('it'));
  await supervisor.reconcile();
  expect(existsSync(join(home, 'run', 'is', 'it.json'))).toBe(false);
});
