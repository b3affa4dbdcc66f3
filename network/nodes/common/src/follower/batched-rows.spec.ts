// SPDX-License-Identifier: Apache-2.0
// Rows that are read and written together are as if each had been read and written alone.
import { sql, type Kysely } from 'kysely';
import { openDatabase } from '../database/open-database.js';
import { testPlace } from '../testing/test-place.js';
import { addRows, BatchedRows } from './batched-rows.js';

interface Sale {
  readonly shop: string;
  readonly number: number;
  readonly amount: string;
  readonly is_open: boolean;
  readonly note: string | null;
}

let db: Kysely<{ sales: Sale }>;

beforeAll(async () => {
  db = await openDatabase(await testPlace(), {
    '0001-sales': {
      async up(made: Kysely<unknown>) {
        await sql`create table sales (shop text, number bigint, amount numeric, is_open boolean, note text,
          primary key (shop, number))`.execute(made);
      },
    },
  });
});

afterAll(() => db.destroy());

beforeEach(async () => {
  await db.deleteFrom('sales').execute();
});

const sale = (shop: string, number: number, changes: Partial<Sale> = {}): Sale => ({
  ...{ shop, number, amount: '12345678901234567890', is_open: true, note: null, ...changes },
});

const rowsOf = (): BatchedRows<Sale, 'shop' | 'number'> =>
  new BatchedRows(db, 'sales', ['shop', 'number']);

const stored = () => db.selectFrom('sales').selectAll().orderBy('shop').orderBy('number').execute();

test('a row is as it was put last, before and after it is written', async () => {
  const rows = rowsOf();
  expect(await rows.get(sale('a', 1))).toBeUndefined();
  rows.put(sale('a', 1));
  rows.put(sale('a', 1, { is_open: false, note: `quoted "'\\ and\nbroken` }));
  expect(await rows.get({ shop: 'a', number: 1 })).toMatchObject({ is_open: false });
  expect(await stored()).toEqual([]);
  await rows.write();
  const [written] = await stored();
  expect(written).toEqual(sale('a', 1, { is_open: false, note: `quoted "'\\ and\nbroken` }));
});

test('what others wrote is read, changed and kept', async () => {
  const before = rowsOf();
  for (let number = 0; number < 1_000; number += 1) before.put(sale('a', number));
  await before.write();
  const rows = rowsOf();
  await rows.load([...Array(1_001).keys()].map((number) => ({ shop: 'a', number })));
  expect(await rows.get({ shop: 'a', number: 1_000 })).toBeUndefined();
  const known = await rows.get({ shop: 'a', number: 7 });
  expect(known).toEqual(sale('a', 7));
  rows.put({ ...sale('a', 7), note: 'seven' });
  rows.put(sale('b', 1));
  await rows.write();
  const all = await stored();
  expect(all).toHaveLength(1_001);
  expect(all.filter(({ note }) => note !== null)).toEqual([sale('a', 7, { note: 'seven' })]);
  expect(all.at(-1)).toEqual(sale('b', 1));
});

test('rows that are there stay as they are, and are not told as new', async () => {
  expect(await addRows(db, 'sales', [sale('a', 1), sale('a', 2)], 'number')).toEqual([1, 2]);
  const again = [sale('a', 2, { note: 'other' }), sale('a', 3), sale('a', 3)];
  expect(await addRows(db, 'sales', again, 'number')).toEqual([3]);
  expect(await addRows(db, 'sales', [], 'shop')).toEqual([]);
  expect((await stored()).map(({ number, note }) => [number, note])).toEqual([
    [1, null],
    [2, null],
    [3, null],
  ]);
});

test('more rows than one statement takes are added like few, and only new ones are told', async () => {
  const sales = Array.from({ length: 2_500 }, (_, number) => sale('a', number));
  expect(await addRows(db, 'sales', sales.slice(0, 1_200), 'number')).toHaveLength(1_200);
  const added = await addRows(db, 'sales', sales, 'number');
  expect(added.sort((a, b) => a - b)).toEqual(sales.slice(1_200).map(({ number }) => number));
  expect(await stored()).toHaveLength(2_500);
});

test('a row that was removed is gone, and one that was put again is there', async () => {
  await addRows(db, 'sales', [sale('a', 1), sale('a', 2), sale('b', 1)], 'number');
  const rows = rowsOf();
  for (const number of [1, 2]) rows.remove(sale('a', number));
  rows.put(sale('a', 2, { note: 'again' }));
  await rows.write();
  expect((await stored()).map(({ shop, number, note }) => [shop, number, note])).toEqual([
    ['a', 2, 'again'],
    ['b', 1, null],
  ]);
});
