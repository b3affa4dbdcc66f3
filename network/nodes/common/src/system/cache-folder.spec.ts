// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownCacheFolder } from './cache-folder.js';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'offpay-cache-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const folderIn = (cache: string) => ownCacheFolder('compiled', { XDG_CACHE_HOME: cache });

it('makes the folder in the cache of this user', () => {
  expect(folderIn(base)).toBe(join(base, 'fabric-offline-pay', 'compiled'));
});

it.each(['fabric-offline-pay', 'fabric-offline-pay/compiled'])(
  'gives none when others may write %s',
  (name) => {
    folderIn(base);
    chmodSync(join(base, name), 0o777);
    expect(folderIn(base)).toBeUndefined();
  },
);

it('gives none where none can be made', () => {
  writeFileSync(join(base, 'file'), '');
  expect(folderIn(join(base, 'file'))).toBeUndefined();
});
