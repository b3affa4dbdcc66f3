// SPDX-License-Identifier: Apache-2.0
// Ctrl-C shows a message at every moment: while the command line loads, and during a run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { finishLoading, tellWhileLoading } from './while-loading.js';

const told: string[] = [];
const ends: number[] = [];
const end = (exitCode: number): void => void ends.push(exitCode);

beforeEach(() => {
  told.length = 0;
  ends.length = 0;
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

test('while the command line loads, it says that nothing was sent', async () => {
  const before = process.listenerCount('SIGINT');
  tellWhileLoading(end);
  process.emit('SIGINT');
  expect(told.join('')).toContain('INTERRUPTED: ');
  expect(ends).toEqual([130]);
  await finishLoading();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('a command that has begun handles Ctrl-C itself', async () => {
  const before = process.listenerCount('SIGINT');
  tellWhileLoading(end);
  await finishLoading();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('a Ctrl-C that came while modules were loading ends the command before it begins', () => {
  const module = JSON.stringify(join(__dirname, '..', 'dist', 'while-loading.js'));
  const script = `
    const { finishLoading, tellWhileLoading } = require(${module});
    tellWhileLoading();
    process.kill(process.pid, 'SIGINT');
    const until = Date.now() + 100;
    while (Date.now() < until);
    finishLoading().then(() => console.log('begun'));
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([130, '']);
  expect(stderr).toContain('INTERRUPTED: ');
});
