// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerEngine } from '../testing/worker-engine.js';
import { createDataFolder } from './create-data-folder.js';
import { openDatabase } from './open-database.js';
import type { BankDatabase } from './schema.js';

const customer = (customer_id: string) => ({
  customer_id,
  password_hash: 'x',
  password_changed: false,
  enrolment_mac: 'x',
  enrolled_at: 1_800_000_000_000,
});

const insert = (db: BankDatabase, id: string) =>
  db.insertInto('customers').values(customer(id)).execute();

const ids = async (db: BankDatabase) =>
  (await db.selectFrom('customers').select('customer_id').orderBy('customer_id').execute()).map(
    (row) => row.customer_id,
  );

it('keeps its rows over a restart, and migrates once', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'bank-db-'));
  const folder = join(parent, 'data');
  await createDataFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(parent)).toEqual(['data']);
  const first = await openDatabase(new WorkerEngine(folder));
  await insert(first, 'a');
  await first.destroy();
  await createDataFolder(folder);
  const second = await openDatabase(new WorkerEngine(folder));
  const row = await second.selectFrom('customers').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ customer_id: 'a', name: null, enrolled_at: 1_800_000_000_000 });
  await second.destroy();
  rmSync(parent, { recursive: true });
});

describe('one connection', () => {
  let db: BankDatabase;

  beforeAll(async () => {
    db = await openDatabase(new WorkerEngine());
  });

  afterAll(() => db.destroy());

  it('undoes only the transaction that fails', async () => {
    const failed = db.transaction().execute(async (transaction) => {
      await insert(transaction, 'undone');
      throw new Error('stop');
    });
    const beside = insert(db, 'beside');
    await expect(failed).rejects.toThrow('stop');
    await beside;
    expect(await ids(db)).toEqual(['beside']);
  });

  it('continues after a statement that fails', async () => {
    await expect(insert(db, 'beside')).rejects.toThrow('duplicate key');
    const [affected] = await db
      .deleteFrom('customers')
      .where('customer_id', '=', 'beside')
      .execute();
    expect(affected?.numDeletedRows).toBe(1n);
  });
});
