// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationKey, keyedDigest } from './installation-key.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bank-key-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it('makes a key once, for this user only', () => {
  const path = join(folder, 'made', 'code.key');
  const key = installationKey(path);
  expect(key).toHaveLength(32);
  expect(installationKey(path).equals(key)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'made'))).toEqual(['code.key']);
});

it('makes another key for another installation', () => {
  expect(installationKey(join(folder, 'a')).equals(installationKey(join(folder, 'b')))).toBe(false);
});

it('refuses a file without a key, because a silent new key would void all codes', () => {
  writeFileSync(join(folder, 'code.key'), '');
  expect(() => installationKey(join(folder, 'code.key'))).toThrow('is empty. It must hold a key');
});

it('joins parts unambiguously', () => {
  const key = Buffer.alloc(32);
  expect(keyedDigest(key, 'ab', 'c')).not.toBe(keyedDigest(key, 'a', 'bc'));
});
