// SPDX-License-Identifier: Apache-2.0
// Ctrl-C shows a message at every moment: while the command line loads, and during a run.
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

test('while the command line loads, it says that nothing was sent', () => {
  const before = process.listenerCount('SIGINT');
  tellWhileLoading(end);
  process.emit('SIGINT');
  expect(told.join('')).toContain('INTERRUPTED: ');
  expect(ends).toEqual([130]);
  finishLoading();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('a command that has begun handles Ctrl-C itself', () => {
  const before = process.listenerCount('SIGINT');
  tellWhileLoading(end);
  finishLoading();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
