// SPDX-License-Identifier: Apache-2.0
// A database knows the keys that it was used with, and no other is taken in their place.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { openDatabase } from '../database/open-database.js';
import { testPlace } from '../testing/test-place.js';
import { readOrMake, type MadeFile } from './made-files.js';
import { checkMadeKeys, createMadeKeys, noteMadeKeys, type MadeKeyTables } from './made-keys.js';

let folder: string;
let db: Kysely<MadeKeyTables>;
let files: readonly MadeFile[];

const MAKE: Readonly<Record<MadeFile['content'], () => string>> = {
  sealingKey: () => randomBytes(32).toString('base64'),
  ed25519Key: () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
};

beforeAll(async () => {
  db = await openDatabase(await testPlace(), { '0001-made-keys': { up: createMadeKeys } });
});
afterAll(() => db.destroy());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-keys-'));
  await db.deleteFrom('made_keys').execute();
  files = [
    { setting: 'sealing', file: join(folder, 'seal.key'), content: 'sealingKey', isMade: true },
    { setting: 'signing', file: join(folder, 'sign.key'), content: 'ed25519Key', isMade: true },
  ];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a start does. */
async function start(given = files): Promise<void> {
  const unknown = await checkMadeKeys(db, given);
  for (const { content, ...named } of given) readOrMake({ content, ...named }, MAKE[content]);
  await noteMadeKeys(db, unknown);
}

const rows = () => db.selectFrom('made_keys').selectAll().orderBy('setting').execute();

test('the first start notes the keys that it makes, and no later one changes it', async () => {
  await start();
  const noted = await rows();
  expect(noted.map(({ setting }) => setting)).toEqual(['sealing', 'signing']);
  for (const { file } of files)
    expect(JSON.stringify(noted)).not.toContain(readFileSync(file, 'utf8').trim());
  await start();
  expect(await rows()).toEqual(noted);
});

test('the keys that an older database finds are its own', async () => {
  for (const { content, ...named } of files) readOrMake({ content, ...named }, MAKE[content]);
  await start();
  await start();
  expect(await rows()).toHaveLength(files.length);
});

test('the same key may be written in another way', async () => {
  await start();
  for (const { file } of files) {
    chmodSync(file, 0o600);
    writeFileSync(file, readFileSync(file, 'utf8').trim().replaceAll('\n', '\r\n') + '\n');
  }
  await start();
});

describe.each([0, 1])('key %i', (index) => {
  const own = (): MadeFile => files[index] as MadeFile;
  const refused = (why: string) => ({
    code: 'SETTING_FILE_UNUSABLE',
    message: expect.stringMatching(`^${own().setting}: ${own().file} ${why}`) as string,
    advice: expect.stringContaining('Restore it from a backup') as string,
    details: { file: own().file, setting: own().setting },
  });

  test('is not made anew beside a database that was used with it', async () => {
    await start();
    rmSync(own().file);
    await expect(start()).rejects.toMatchObject(refused('is not there, and the database was used'));
    await expect(start()).rejects.toMatchObject(refused('is not there'));
  });

  test('is not replaced by another', async () => {
    await start();
    writeFileSync(own().file, MAKE[own().content]());
    await expect(start()).rejects.toMatchObject(refused('holds another key'));
  });

  test('of a process that was second is refused, since it is another', async () => {
    const [first, second] = [await checkMadeKeys(db, files), await checkMadeKeys(db, files)];
    await start(first);
    writeFileSync(own().file, MAKE[own().content]());
    await expect(noteMadeKeys(db, second)).rejects.toMatchObject(refused('holds another key'));
  });
});
