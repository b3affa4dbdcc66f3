// SPDX-License-Identifier: Apache-2.0
// Registers a file of goods. What is registered like this already is not sent again, so that a file may be imported as often as one likes,
// and after a crash in the middle.
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

/** Of one transaction. */
const MOST_GOODS = 200;

async function registered(db: MerchantDatabase, merchantId: string) {
  const rows = await db
    .selectFrom('followed_goods')
    .selectAll()
    .where('merchant_id', '=', merchantId)
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

function* batches<Entry>(entries: readonly Entry[]): Generator<readonly Entry[]> {
  for (let from = 0; from < entries.length; from += MOST_GOODS)
    yield entries.slice(from, from + MOST_GOODS);
}

async function keepDetails(
  db: MerchantDatabase,
  merchantId: string,
  lines: readonly GoodsLine[],
): Promise<void> {
  for (const { registration, details } of lines) {
    const { name, brand, gpcBrick: gpc_brick, taxRate: tax_rate } = details;
    const kept = { name, brand, gpc_brick, tax_rate };
    await db
      .insertInto('goods_details')
      .values({ merchant_id: merchantId, gtin: registration.gtin, ...kept })
      .onConflict((conflict) => conflict.columns(['merchant_id', 'gtin']).doUpdateSet(kept))
      .execute();
  }
}

async function register(
  context: ImportContext,
  merchantId: string,
  {
    goods,
    changed,
  }: { readonly goods: readonly GoodsLine[]; readonly changed: readonly GoodsLine[] },
): Promise<void> {
  const { db, client } = context;
  await db.transaction().execute((transaction) => keepDetails(transaction, merchantId, goods));
  for (const batch of batches(changed)) {
    const registrations = batch.map(({ registration }) => registration);
    await written(context, client.goods.registerGoods({ merchantId, goods: registrations }));
  }
}

/**
 * @returns for each row of the file what became of it, or its problem. Rows with problems are left out, the others are registered
 * @throws {RefusedError} when the ledger refuses a batch; earlier batches stay, and a repetition goes on where it ended
 */
export async function importGoods(
  context: ImportContext,
  { merchantId, csv, dryRun }: ImportRequest,
): Promise<Import> {
  const { goods, problems } = readGoodsFile(csv, merchantId);
  const known = await registered(context.db, merchantId);
  const isChanged = ({ registration }: GoodsLine): boolean =>
    known.get(registration.gtin) !== JSON.stringify(registration);
  const lines = goods.map((each): ImportedLine => ({
    line: each.line,
    gtin: each.registration.gtin,
    result: isChanged(each) ? 'changed' : 'unchanged',
  }));
  if (!dryRun) await register(context, merchantId, { goods, changed: goods.filter(isChanged) });
  return { dryRun, lines, problems };
}
