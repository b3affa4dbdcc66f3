// SPDX-License-Identifier: Apache-2.0
// A key that is kept in the process opens for nobody for whom its file would not.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeptKey, openKeptKey } from './kept-keys.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-keys-'));
  file = join(folder, 'key.pem');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a key that was made or opened is the same object the next time', async () => {
  const made = await createKeptKey(file, 'secret');
  expect(await openKeptKey(file, 'secret')).toBe(made);
});

test('another passphrase opens nothing', async () => {
  await createKeptKey(file, 'secret');
  const guess = openKeptKey(file, 'guess');
  await expect(guess).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
});

test('a file that is gone, or that another took the place of, is not answered from memory', async () => {
  const made = await createKeptKey(file, 'secret');
  const other = await createKeptKey(join(folder, 'other.pem'), 'secret');
  copyFileSync(join(folder, 'other.pem'), file);
  const opened = await openKeptKey(file, 'secret');
  expect([opened.publicKey === made.publicKey, opened.publicKey]).toEqual([false, other.publicKey]);
  rmSync(file);
  await expect(openKeptKey(file, 'secret')).rejects.toMatchObject({ code: 'ENOENT' });
});
