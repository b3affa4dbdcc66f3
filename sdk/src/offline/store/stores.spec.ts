// SPDX-License-Identifier: Apache-2.0
// Both stores keep the same promises. The durable one keeps them over restarts, and for one process at a time.
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, type Store } from '@fabric-offline-pay/sdk/offline';
import { levelStore } from './level-store.js';
import { claimStore } from './owner.js';
import { recordsOf } from './records-of.js';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'offline-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (key: string, value: string) => ({ key, value });

test.each([
  ['memory', (): Promise<Store> => Promise.resolve(memoryStore())],
  ['LevelDB', (): Promise<Store> => levelStore(join(folder, 'new', 'store'))],
])('%s: values by key, lists by prefix, changes together', async (_, open) => {
  const store = await open();
  await store.write([put('a/2', 'two'), put('a/1', 'one'), put('b/1', 'other'), put('a', 'none')]);
  expect(await store.get('a/1')).toBe('one');
  expect(await store.get('a/3')).toBeUndefined();
  await store.write([put('a/3', 'three'), { key: 'a/2', value: undefined }]);
  expect(await store.list('a/')).toEqual([
    ['a/1', 'one'],
    ['a/3', 'three'],
  ]);
  await store.close();
});

test('written values are there after a restart', async () => {
  const first = await levelStore(folder);
  await first.write([put('key', 'value')]);
  await first.close();
  const second = await levelStore(folder);
  expect(await second.get('key')).toBe('value');
  await second.close();
});

test('a folder can be opened once at a time, and only by its owner', async () => {
  chmodSync(folder, 0o755);
  const store = await levelStore(folder);
  await expect(levelStore(folder)).rejects.toMatchObject({
    name: 'OfflineError',
    code: 'STORE_LOCKED',
    details: { folder },
  });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await store.close();
  await expect(store.get('key')).rejects.toMatchObject({ code: 'STORE_FAILED' });
});

test('a store can be claimed only once', async () => {
  const store = memoryStore();
  await claimStore(store, { kind: 'device', publicKey: 'A' });
  await claimStore(store, { kind: 'device', publicKey: 'A' });
  await expect(claimStore(store, { kind: 'device', publicKey: 'B' })).rejects.toMatchObject({
    code: 'STORE_FOREIGN',
    details: { field: 'publicKey' },
  });
});

test('the error names a value that is not JSON', async () => {
  const store = memoryStore(new Map([['thing/1', 'no JSON']]));
  const things = recordsOf<number, [id: string]>('thing');
  await expect(things.get(store, '1')).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    details: { key: 'thing/1' },
  });
});
