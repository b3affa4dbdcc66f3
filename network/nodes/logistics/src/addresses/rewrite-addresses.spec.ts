// SPDX-License-Identifier: Apache-2.0
// Erased addresses leave the table's files, and a reader who does not end holds up nobody else meanwhile.
import { sql } from 'kysely';
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { eventually } from '../../../../../test/support/eventually.js';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import { openLogisticsDatabase, type LogisticsDatabase } from '../database/schema.js';
import { holdAddresses } from './hold-addresses.js';
import { rewriteAddresses } from './rewrite-addresses.js';

const NOW = 1_800_000_000;
const key = (orderNumber: string) => ({ merchantId: 'm', orderNumber });

let place: DatabasePlace;
let db: LogisticsDatabase;

beforeAll(async () => {
  place = await testPlace();
  db = await openLogisticsDatabase(place);
});
afterAll(() => db.destroy());
beforeEach(async () => {
  await db.deleteFrom('held_addresses').execute();
  await rewriteAddresses({ db });
});

const hold = (orderNumber: string, salt: string) =>
  holdAddresses({ db, clock: () => NOW }, key(orderNumber), { salt, addresses: [] });

const erase = (orderNumber: string) =>
  db.deleteFrom('held_addresses').where('order_number', '=', orderNumber).execute();

/** Whether the table's file has these bytes. */
async function isInFile(text: string): Promise<boolean> {
  await sql`checkpoint`.execute(db);
  const { rows } = await sql<{ readonly place: number }>`
    select position(convert_to(${text}, 'UTF8') in
      pg_read_binary_file(pg_relation_filepath('held_addresses'))) as place
  `.execute(db);
  return rows.some(({ place }) => place > 0);
}

const files = async () =>
  (
    await sql<{
      readonly file: string;
    }>`select pg_relation_filepath('held_addresses') as file`.execute(db)
  ).rows[0]?.file;

test('what was erased or replaced is in the file until it is written anew, and no longer', async () => {
  await hold('1', 'salt-of-first');
  await hold('2', 'salt-of-second');
  await hold('2', 'salt-of-third');
  await erase('1');
  const salts = ['salt-of-first', 'salt-of-second', 'salt-of-third'];
  expect(await Promise.all(salts.map(isInFile))).toEqual([true, true, true]);
  await rewriteAddresses({ db });
  expect(await Promise.all(salts.map(isInFile))).toEqual([false, false, true]);
});

/** What others of the server still look at, such as its own upkeep, is written again once more. */
const untilNothingRemains = () =>
  eventually('nothing to remain', async () => {
    await rewriteAddresses({ db });
    const { rows } = await sql`select 1 from address_remains`.execute(db);
    return rows.length === 0 ? true : undefined;
  });

test('it is written anew only when something was erased since', async () => {
  await hold('1', 'salt-of-first');
  await untilNothingRemains();
  const before = await files();
  await rewriteAddresses({ db });
  expect(await files()).toBe(before);
  await erase('1');
  await rewriteAddresses({ db });
  expect(await files()).not.toBe(before);
});

describe('beside somebody who reads and does not end', () => {
  /** With one connection nothing goes on at the same time. */
  const isServer = () => urlOf(place) !== undefined;

  test('others are answered, and it is tried again', async () => {
    if (!isServer()) return;
    await hold('1', 'salt-of-first');
    await hold('2', 'salt-of-second');
    await erase('1');
    await db.transaction().execute(async (reader) => {
      await reader.selectFrom('held_addresses').select('book').execute();
      await expect(rewriteAddresses({ db })).rejects.toMatchObject({ code: '55P03' });
      const read = db.selectFrom('held_addresses').select('book').execute();
      expect(await read).toHaveLength(1);
      expect(await isInFile('salt-of-first')).toBe(true);
    });
    await rewriteAddresses({ db });
    expect(await isInFile('salt-of-first')).toBe(false);
    const { rows } = await sql<{ readonly lock_timeout: string }>`show lock_timeout`.execute(db);
    expect(rows).toEqual([{ lock_timeout: '0' }]);
  });

  test('what a reader of other tables may still look at goes when he has ended', async () => {
    if (!isServer()) return;
    await hold('1', 'salt-of-first');
    const reading = db.transaction().setIsolationLevel('repeatable read');
    await reading.execute(async (reader) => {
      await reader.selectFrom('route_stops').select('day').execute();
      await erase('1');
      await rewriteAddresses({ db });
      expect(await isInFile('salt-of-first')).toBe(true);
    });
    await rewriteAddresses({ db });
    expect(await isInFile('salt-of-first')).toBe(false);
  });
});
