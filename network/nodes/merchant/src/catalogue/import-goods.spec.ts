// SPDX-License-Identifier: Apache-2.0
// Files of goods that are long, too long, or refused halfway: the node goes on meanwhile, and names follow what the ledger took.
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError, type Client } from '@fabric-offline-pay/sdk';
import { testPlace } from '../../../common/src/testing/test-place.js';
import { openMerchantDatabase } from '../database/open-database.js';
import type { MerchantDatabase } from '../database/schema.js';
import { MOST_ROWS, readGoodsFile, type Registration } from './goods-file.js';
import { importGoods, type ImportContext } from './import-goods.js';

const MERCHANT = 'merchant-1';
const HEAD = 'gtin,name,category,price,currency,origin,certificate,weight_g,latitude,longitude';

/** GS1: digits count 1 and 3 in turn, and the last one fills up to ten. */
function gtinOf(number: number): string {
  const digits = number.toString().padStart(12, '0');
  const sum = Array.from(digits, Number).reduce(
    (total, digit, place) => total + digit * (place % 2 === 0 ? 1 : 3),
    0,
  );
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const rowOf = (number: number, name = `Ware ${number}`): string =>
  `${gtinOf(number)},${name},26111704,9.90,EUR,DE,CE-1,80,52.520008,13.404954`;

const fileOf = (rows: number): string =>
  [HEAD, ...Array.from({ length: rows }, (_, number) => rowOf(number))].join('\n');

let db: MerchantDatabase;
/** What the ledger was sent, a transaction each. */
let sent: (readonly Registration[])[];

beforeAll(async () => {
  db = await openMerchantDatabase(await testPlace());
});
afterAll(() => db.destroy());
beforeEach(async () => {
  sent = [];
  for (const table of ['goods_details', 'followed_goods'] as const)
    await db.deleteFrom(table).execute();
});

/** As the follower does when a block registers them. */
async function follow(goods: readonly Registration[]): Promise<void> {
  await db
    .insertInto('followed_goods')
    .values(
      goods.map(({ gtin, category, price, currency, origin, certificate, ...rest }) => ({
        ...{ merchant_id: MERCHANT, gtin, category, price, currency, origin, certificate },
        ...{ weight_grams: rest.weightGrams, withdrawn: rest.withdrawn },
        ...{ latitude: rest.location.latitude, longitude: rest.location.longitude },
        ...{ digest: '', changed_at: 0 },
      })),
    )
    .execute();
}

/** @param before is called with each transaction, before the ledger takes it */
const contextWith = (before: (number: number) => Promise<void>): ImportContext => {
  const registerGoods = async ({ goods }: { readonly goods: readonly Registration[] }) => {
    await before(sent.length);
    sent.push(goods);
    await follow(goods);
    return { result: {}, transactionId: '', blockNumber: 1n, attempts: 1, durationMs: 0 };
  };
  const client = { goods: { registerGoods } } as unknown as Client;
  return { db, client, reached: () => Promise.resolve() };
};

const importing = (context: ImportContext, rows: number, dryRun = false) =>
  importGoods(context, { merchantId: MERCHANT, csv: fileOf(rows), dryRun });

const countDetails = async (): Promise<number> =>
  (await db.selectFrom('goods_details').select('gtin').execute()).length;

test('others have their turn while a long file is read', async () => {
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const { goods } = await readGoodsFile(fileOf(MOST_ROWS), MERCHANT);
  clearImmediate(next);
  expect(goods).toHaveLength(MOST_ROWS);
  expect(turns).toBeGreaterThanOrEqual(MOST_ROWS / 100);
});

test('a file with too many rows is refused before anything is registered', async () => {
  const context = contextWith(() => Promise.resolve());
  await expect(importing(context, MOST_ROWS + 1)).rejects.toMatchObject({
    code: 'TOO_MANY_ROWS',
    field: 'csv',
    status: 422,
  });
  expect([sent, await countDetails()]).toEqual([[], 0]);
});

test('the tables answer others while the ledger takes its time', async () => {
  const asked: number[] = [];
  // With PostgreSQL inside the process there is one connection: within a transaction nobody else would be answered.
  const context = contextWith(async () => {
    asked.push(await countDetails());
  });
  expect((await importing(context, 450)).lines).toHaveLength(450);
  expect([asked, await countDetails()]).toEqual([[0, 200, 400], 450]);
});

test('an import that the ledger refuses halfway keeps what it took, and goes on when it is repeated', async () => {
  const refused = new RefusedError(new DomainError('ACCESS_DENIED').toWire());
  const halfway = contextWith((number) =>
    number === 1 ? Promise.reject(refused) : Promise.resolve(),
  );
  await expect(importing(halfway, 450)).rejects.toBe(refused);
  expect([sent.length, await countDetails()]).toEqual([1, 200]);
  const results = ({ lines }: Awaited<ReturnType<typeof importing>>) => [
    lines.filter(({ result }) => result === 'unchanged').length,
    lines.filter(({ result }) => result === 'changed').length,
  ];
  const context = contextWith(() => Promise.resolve());
  expect(results(await importing(context, 450, true))).toEqual([200, 250]);
  expect([sent.length, await countDetails()]).toEqual([1, 200]);
  expect(results(await importing(context, 450))).toEqual([200, 250]);
  expect(sent.map(({ length }) => length)).toEqual([200, 200, 50]);
  expect(await countDetails()).toBe(450);
});

test('letters of several bytes are read whole, wherever a piece of the file ends', async () => {
  const names = Array.from({ length: 2_000 }, (_, number) => `Tee 茶 ü ${number}`);
  const csv = `\u{FEFF}${[HEAD, ...names.map((name, number) => rowOf(number, name))].join('\n')}`;
  const { goods, problems } = await readGoodsFile(csv, MERCHANT);
  expect(problems).toEqual([]);
  expect(goods.map(({ details: { name } }) => name)).toEqual(names);
});

test('a row without an end makes the file unreadable', async () => {
  const csv = [HEAD, rowOf(1, `"${'x'.repeat(100_000)}`)].join('\n');
  expect(await readGoodsFile(csv, MERCHANT)).toMatchObject({
    goods: [],
    problems: [{ field: null, code: 'FILE_UNREADABLE' }],
  });
});
