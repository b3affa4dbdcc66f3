// SPDX-License-Identifier: Apache-2.0
// A place of tables that cannot be used is named with its setting and a reason, and no word of an address is quoted.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkError } from '../network-error.js';
import { asDatabaseError, checkDatabaseFolder, databaseSettings } from './database-place.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-place-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const file = join(folder, 'database.url');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function refusalOf(act: () => unknown): NetworkError {
  try {
    act();
  } catch (error) {
    if (error instanceof NetworkError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

const URL_TEXT = 'postgres://node:hunter2@db.example:5432/node?sslmode=require';

test('the environment comes before the file, and nothing means the folder', () => {
  const databaseUrlFile = write('postgresql://other.example/x\r\n');
  const file = { databaseUrlFile };
  expect(databaseSettings(file, { DATABASE_URL: URL_TEXT })).toEqual({
    databaseUrl: URL_TEXT,
    databaseUrlFrom: 'DATABASE_URL',
  });
  for (const environment of [{}, { DATABASE_URL: '' }])
    expect(databaseSettings(file, environment)).toEqual({
      databaseUrl: 'postgresql://other.example/x',
      databaseUrlFrom: 'databaseUrlFile',
    });
  expect(databaseSettings({}, {})).toEqual({});
});

test.each([
  'hunter2',
  'mysql://node:hunter2@db.example/node',
  'postgres://node:hunter2@db.example:port/node',
  'postgres://node:hunter2@db.example/node\npostgres://node:hunter2@other.example/node',
  ' postgres://node:hunter2@db.example/node',
  'postgres://node:hunter2 3@db.example/node',
  'db.example:5432/node?password=hunter2',
])('%j is no address of a database', (text) => {
  const settings = {
    DATABASE_URL: () => databaseSettings({}, { DATABASE_URL: text }),
    databaseUrlFile: () => databaseSettings({ databaseUrlFile: write(text) }, {}),
  };
  for (const [setting, act] of Object.entries(settings)) {
    const error = refusalOf(act);
    expect(['SETTINGS_INVALID', 'SETTING_FILE_UNUSABLE']).toContain(error.code);
    expect(error.message).toContain(setting);
    expect(JSON.stringify([error.message, error.advice, error.details])).not.toContain('hunter2');
  }
});

test.each([
  'postgres://node:hunter2@/node?host=/var/run/postgresql',
  'postgres://node@%2Fvar%2Frun%2Fpostgresql/node',
])('%s is the address of a socket', (text) => {
  expect(databaseSettings({}, { DATABASE_URL: text }).databaseUrl).toBe(text);
});

const coded = (code: string): Error => Object.assign(new Error('for hunter2'), { code });
const noSocket: Error = Object.assign(coded('ENOENT'), { syscall: 'connect' });

test.each([
  [coded('28P01'), 'SETTINGS_INVALID', 'refuses the password (28P01)'],
  [coded('3D000'), 'SETTINGS_INVALID', 'has no database of this name (3D000)'],
  [coded('ENOTFOUND'), 'SETTINGS_INVALID', 'cannot be found: its host has no address (ENOTFOUND)'],
  [coded('CERT_HAS_EXPIRED'), 'SETTINGS_INVALID', 'shows a certificate that is not trusted'],
  [new Error('SASL: hunter2'), 'SETTINGS_INVALID', 'wants a password, and the address has none.'],
  [coded('ECONNREFUSED'), 'DATABASE_UNREACHABLE', 'cannot be reached (ECONNREFUSED)'],
  [noSocket, 'DATABASE_UNREACHABLE', 'cannot be reached (ENOENT)'],
  [
    coded('ENOENT'),
    'SETTINGS_INVALID',
    'cannot be reached: a file that the address names is missing',
  ],
  [coded('57P03'), 'DATABASE_UNREACHABLE', 'is starting or ending (57P03)'],
])('of a server: %s', (cause, code, why) => {
  const databaseUrlFrom = 'DATABASE_URL';
  const error = asDatabaseError(new Error('not up to date', { cause }), { databaseUrlFrom });
  expect(error).toMatchObject({ code, details: { setting: databaseUrlFrom } });
  expect((error as NetworkError).message).toContain(`DATABASE_URL: the database server ${why}`);
  expect(JSON.stringify([(error as NetworkError).message, error])).not.toContain('hunter2');
  expect((error as NetworkError).cause).toBeUndefined();
});

test('what says nothing of a server stays what it is', () => {
  const error = new Error('not up to date', { cause: coded('23505') });
  expect(asDatabaseError(error, { databaseUrlFrom: 'DATABASE_URL' })).toBe(error);
  const other = new Error('not up to date', { cause: coded('ENOENT') });
  expect(asDatabaseError(other, {})).toBe(other);
});

describe('the folder', () => {
  const check = (...path: readonly string[]) =>
    checkDatabaseFolder({ databaseFolder: join(folder, ...path) });

  test('may be missing, empty or one of PostgreSQL', () => {
    check('a', 'b', 'database');
    mkdirSync(join(folder, 'empty'));
    check('empty');
    writeFileSync(join(folder, 'empty', 'PG_VERSION'), '17');
    check('empty');
  });

  test.each([
    [['file'], 'file is no folder'],
    [['file', 'database'], 'file cannot be written (EEXIST)'],
    [['file', 'x', 'database'], 'x cannot be written (ENOTDIR)'],
    [['other'], 'other holds other files'],
  ])('%j: %s', (path, why) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'notes.txt'), '');
    const error = refusalOf(() => check(...path));
    expect(error.code).toBe('SETTING_FILE_UNUSABLE');
    expect(error.message).toMatch(/^databaseFolder: /);
    expect(error.message).toContain(why);
  });
});
