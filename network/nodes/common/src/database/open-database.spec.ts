// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Generated, type Kysely } from 'kysely';
import { waitUntil } from '../system/wait-until.js';
import { testPlace, urlOf } from '../testing/test-place.js';
import { WorkerEngine } from '../testing/worker-engine.js';
import { createDataFolder } from './create-data-folder.js';
import { openDatabase, type DatabasePlace, type Migrations } from './open-database.js';

interface Tables {
  readonly notes: { readonly id: string; readonly at: number; readonly seq: Generated<number> };
}

const MIGRATIONS: Migrations = {
  '0001-notes': {
    up: (db: Kysely<unknown>) =>
      db.schema
        .createTable('notes')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('seq', 'bigserial')
        .execute(),
  },
};

const open = (place: DatabasePlace): Promise<Kysely<Tables>> => openDatabase(place, MIGRATIONS);

const insert = (db: Kysely<Tables>, id: string) =>
  db.insertInto('notes').values({ id, at: 1_800_000_000_000 }).execute();

const ids = async (db: Kysely<Tables>) =>
  (await db.selectFrom('notes').select('id').orderBy('id').execute()).map(({ id }) => id);

it('keeps its rows in the folder over a restart, and migrates once', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'offpay-database-'));
  const folder = join(parent, 'data');
  await createDataFolder(folder);
  const within = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
  const isOpen = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;
  expect([folder, ...within].filter(isOpen)).toEqual([]);
  expect(readdirSync(parent)).toEqual(['data']);
  const first = await open({ engine: new WorkerEngine(folder) });
  await insert(first, 'a');
  await first.destroy();
  await createDataFolder(folder);
  const second = await open({ engine: new WorkerEngine(folder) });
  const row = await second.selectFrom('notes').selectAll().executeTakeFirstOrThrow();
  expect(row).toEqual({ id: 'a', at: 1_800_000_000_000, seq: 1 });
  await second.destroy();
  rmSync(parent, { recursive: true });
});

it('is made where nothing can be kept', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'offpay-database-'));
  const folder = join(parent, 'data');
  writeFileSync(join(parent, 'file'), '');
  await createDataFolder(folder, join(parent, 'file', 'cache', '1.0.0'));
  const db = await open({ engine: new WorkerEngine(folder) });
  expect(await ids(db)).toEqual([]);
  await db.destroy();
  rmSync(parent, { recursive: true });
});

it('is named with its setting, and leaves nothing, where other files are', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'offpay-database-'));
  const folder = join(parent, 'data');
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), '');
  await expect(createDataFolder(folder)).rejects.toMatchObject({
    code: 'SETTING_FILE_UNUSABLE',
    message: `databaseFolder: PostgreSQL could not write its files to ${folder}.`,
    details: { setting: 'databaseFolder', file: folder },
  });
  expect([readdirSync(parent), readdirSync(folder)]).toEqual([['data'], ['notes.txt']]);
  rmSync(parent, { recursive: true });
});

it('is closed when it cannot be brought up to date', async () => {
  const broken: Migrations = { '0001-broken': { up: () => Promise.reject(new Error('broken')) } };
  await expect(openDatabase({ engine: new WorkerEngine() }, broken)).rejects.toMatchObject({
    message: "The node's database could not be brought up to date.",
    cause: { message: 'broken' },
  });
});

describe('what fails', () => {
  let db: Kysely<Tables>;
  let url: string | undefined;

  beforeAll(async () => {
    const place = await testPlace();
    url = urlOf(place);
    db = await open(place);
  });

  afterAll(() => db.destroy());

  it('undoes a transaction that fails, and nothing else', async () => {
    const failed = db.transaction().execute(async (transaction) => {
      await insert(transaction, 'undone');
      throw new Error('stop');
    });
    const beside = insert(db, 'beside');
    await expect(failed).rejects.toThrow('stop');
    await beside;
    expect(await ids(db)).toEqual(['beside']);
  });

  it('fails a transaction whose connection the server ends, and goes on', async () => {
    const ended = db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ readonly pid: number }>`select pg_backend_pid() as pid`.execute(
        transaction,
      );
      if (url === undefined) throw new Error('there is no server: nothing ends the connection');
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db);
      const fails = () =>
        sql`select 1`.execute(transaction).then(
          () => undefined,
          () => true as const,
        );
      await waitUntil('the end of the connection', fails, { deadlineMs: 20_000 });
      await insert(transaction, 'never');
    });
    await expect(ended).rejects.toThrow();
    expect(await ids(db)).not.toContain('never');
  });

  it('goes on after a statement that fails', async () => {
    await expect(insert(db, 'beside')).rejects.toThrow('duplicate key');
    const [affected] = await db.deleteFrom('notes').where('id', '=', 'beside').execute();
    expect(affected?.numDeletedRows).toBe(1n);
  });
});
