// SPDX-License-Identifier: Apache-2.0
// Registers a file of goods, some at a time. What is registered like this already is not sent again, so that a file may be imported as often
// as one likes, and after a crash in the middle.
import type { Client } from '@fabric-offline-pay/sdk';
import type { MerchantDatabase } from '../database/schema.js';
import { written } from '../ledger-call.js';
import {
  readGoodsFile,
  type GoodsLine,
  type LineProblem,
  type Registration,
} from './goods-file.js';

/** What becomes of one row. */
export interface ImportedLine {
  readonly line: number;
  readonly gtin: string;
  /** `changed`: registered anew, or for the first time; on a dry run it would be. */
  readonly result: 'changed' | 'unchanged';
}

export interface Import {
  readonly dryRun: boolean;
  readonly lines: readonly ImportedLine[];
  readonly problems: readonly LineProblem[];
}

export interface ImportContext {
  readonly db: MerchantDatabase;
  readonly client: Pick<Client, 'goods'>;
  /** Waits until the tables have a block. */
  readonly reached: (block: bigint) => Promise<void>;
}

export interface ImportRequest {
  readonly merchantId: string;
  readonly csv: string;
  /** Says what would happen. */
  readonly dryRun: boolean;
}

/** Of one transaction of the ledger, and of one statement on the tables. */
const MOST_GOODS = 200;

function* batches<Entry>(entries: readonly Entry[]): Generator<readonly Entry[]> {
  for (let from = 0; from < entries.length; from += MOST_GOODS)
    yield entries.slice(from, from + MOST_GOODS);
}

/** @returns how these goods are registered now, by GTIN */
async function registered(
  db: MerchantDatabase,
  merchantId: string,
  lines: readonly GoodsLine[],
): Promise<ReadonlyMap<string, string>> {
  const gtins = lines.map(({ registration }) => registration.gtin);
  const rows = await db
    .selectFrom('followed_goods')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('gtin', 'in', gtins)
    .execute();
  const known = rows.map((row): Registration => ({
    gtin: row.gtin,
    category: row.category,
    price: row.price,
    currency: row.currency,
    origin: row.origin,
    certificate: row.certificate,
    weightGrams: row.weight_grams,
    location: { latitude: row.latitude, longitude: row.longitude },
    withdrawn: row.withdrawn,
  }));
  return new Map(known.map((goods) => [goods.gtin, JSON.stringify(goods)]));
}

/** In the order of their keys, so that two imports at the same time wait for each other instead of locking each other out. */
async function keepDetails(
  { db }: Pick<ImportContext, 'db'>,
  merchantId: string,
  lines: readonly GoodsLine[],
): Promise<void> {
  const rows = lines.map(({ registration: { gtin }, details }) => ({
    ...{ merchant_id: merchantId, gtin, name: details.name, brand: details.brand },
    ...{ gpc_brick: details.gpcBrick, tax_rate: details.taxRate },
  }));
  await db
    .insertInto('goods_details')
    .values(rows.sort((a, b) => (a.gtin < b.gtin ? -1 : 1)))
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'gtin']).doUpdateSet((row) => ({
        name: row.ref('excluded.name'),
        brand: row.ref('excluded.brand'),
        gpc_brick: row.ref('excluded.gpc_brick'),
        tax_rate: row.ref('excluded.tax_rate'),
      })),
    )
    .execute();
}

/** Names follow the ledger: nothing is kept of goods that it refuses. */
async function register(
  context: ImportContext,
  merchantId: string,
  {
    lines,
    changed,
  }: { readonly lines: readonly GoodsLine[]; readonly changed: readonly GoodsLine[] },
): Promise<void> {
  const goods = changed.map(({ registration }) => registration);
  if (goods.length > 0)
    await written(context, context.client.goods.registerGoods({ merchantId, goods }));
  await keepDetails(context, merchantId, lines);
}

/**
 * @returns for each row of the file what became of it, or its problem. Rows with problems are left out, the others are registered
 * @throws {MerchantError} TOO_MANY_ROWS before anything is registered
 * @throws {RefusedError} when the ledger refuses a batch; earlier batches stay, and a repetition goes on where it ended
 */
export async function importGoods(
  context: ImportContext,
  { merchantId, csv, dryRun }: ImportRequest,
): Promise<Import> {
  const { goods, problems } = await readGoodsFile(csv, merchantId);
  const results: ImportedLine[] = [];
  for (const lines of batches(goods)) {
    const known = await registered(context.db, merchantId, lines);
    const isChanged = ({ registration }: GoodsLine): boolean =>
      known.get(registration.gtin) !== JSON.stringify(registration);
    if (!dryRun) await register(context, merchantId, { lines, changed: lines.filter(isChanged) });
    for (const each of lines)
      results.push({
        line: each.line,
        gtin: each.registration.gtin,
        result: isChanged(each) ? 'changed' : 'unchanged',
      });
  }
  return { dryRun, lines: results, problems };
}
