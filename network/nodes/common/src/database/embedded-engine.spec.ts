// SPDX-License-Identifier: Apache-2.0
// PostgreSQL inside the process: statements that come again are prepared, however tables change and whatever fails in between.
import { WorkerEngine } from '../testing/worker-engine.js';

let engine: WorkerEngine;

beforeAll(async () => {
  engine = new WorkerEngine();
  await engine.exec('create table notes (id text primary key, count bigint); select 1');
});

afterAll(() => engine.close());

const rowsOf = async (text: string, ...values: unknown[]) =>
  (await engine.query(text, values)).rows;

const prepared = async () =>
  (await engine.exec('select statement from pg_prepared_statements; select 1'))[0]?.rows.length;

const inserting = 'insert into notes (id, count) values ($1, $2)';
const reading = 'select * from notes where id = $1';

it('prepares what comes again, and reads it as it is', async () => {
  expect(await prepared()).toBe(0);
  await rowsOf(inserting, 'a', 1);
  expect(await prepared()).toBe(0);
  for (const id of ['b', 'c', 'd']) await rowsOf(inserting, id, 5_000_000_000);
  expect(await prepared()).toBe(1);
  for (const id of ['b', 'c']) expect(await rowsOf(reading, id)).toEqual([{ id, count: 5e9 }]);
  expect(await prepared()).toBe(2);
});

it('goes on after one that fails, within a transaction and without', async () => {
  await expect(rowsOf(inserting, 'a', 1)).rejects.toThrow('duplicate key');
  await engine.exec('begin');
  await expect(rowsOf(inserting, 'a', 1)).rejects.toThrow('duplicate key');
  await expect(rowsOf(reading, 'a')).rejects.toThrow('transaction is aborted');
  await engine.exec('rollback');
  expect(await rowsOf(reading, 'a')).toEqual([{ id: 'a', count: 1 }]);
});

it('forgets its plans when tables change', async () => {
  await engine.exec('alter table notes add column text text');
  expect(await prepared()).toBe(0);
  for (let times = 0; times < 3; times += 1)
    expect(await rowsOf(reading, 'a')).toEqual([{ id: 'a', count: 1, text: null }]);
});

it('prepares so many texts and no more', async () => {
  for (let index = 0; index < 600; index += 1)
    for (const value of [1, 2]) await rowsOf(`select $1::int8 + ${index} as sum`, value);
  expect(await prepared()).toBeLessThanOrEqual(500);
  expect(await rowsOf('select $1::int8 + 599 as sum', 1)).toEqual([{ sum: 600 }]);
});
