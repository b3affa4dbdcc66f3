// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyEmptyDatabase, keptDatabase } from './empty-database.js';

let parent: string;
let kept: string;
let made: number;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'offpay-kept-'));
  kept = join(parent, 'cache', '1.0.0');
  made = 0;
});
afterEach(() => rmSync(parent, { recursive: true }));

const make = (folder: string): Promise<void> => {
  mkdirSync(join(folder, 'base'), { recursive: true });
  writeFileSync(join(folder, 'base', '1'), 'rows');
  made += 1;
  return Promise.resolve();
};

async function copy(name: string): Promise<string> {
  const folder = join(parent, name);
  await copyEmptyDatabase(folder, kept, make);
  return readFileSync(join(folder, 'base', '1'), 'utf8');
}

it('makes one, however many ask at once', async () => {
  const names = ['a', 'b', 'c'];
  expect(await Promise.all(names.map(copy))).toEqual(['rows', 'rows', 'rows']);
  expect(made).toBe(1);
});

it.each([
  ['lost its content', () => writeFileSync(join(kept, 'base', '1'), '')],
  ['lost a file', () => rmSync(join(kept, 'base', '1'))],
  ['is gone', () => rmSync(kept, { recursive: true })],
  ['was never finished', () => rmSync(`${kept}.digest`)],
])('makes another when the kept one %s', async (_, damage) => {
  await copy('a');
  damage();
  expect(await copy('b')).toBe('rows');
  expect(made).toBe(2);
});

it('does not take what others may have written', async () => {
  await copy('a');
  chmodSync(join(parent, 'cache'), 0o777);
  await expect(copy('b')).rejects.toThrow('belongs to others, too');
});

it('is kept below the cache of this user, by version', () => {
  expect(keptDatabase({ XDG_CACHE_HOME: '/cache' })).toMatch(
    /^\/cache\/fabric-offline-pay\/empty-database\/\d+\.\d+\.\d+$/,
  );
});
