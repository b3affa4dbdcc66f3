// SPDX-License-Identifier: Apache-2.0
// A merchant's goods: as the ledger has them, with the names that only this node keeps.
import type { MerchantDatabase } from '../database/schema.js';

export interface ListedGoods {
  readonly gtin: string;
  /** Null for goods that were never imported here. */
  readonly name: string | null;
  readonly category: string;
  /** Minor units, of one piece. */
  readonly price: string;
  readonly currency: string;
  readonly withdrawn: boolean;
  /** What a basket names. */
  readonly digest: string;
}

export interface GoodsPage {
  readonly goods: ListedGoods[];
  /** Null: this was the last page. */
  readonly next: string | null;
}

export async function listGoods(
  { db }: { readonly db: MerchantDatabase },
  {
    merchantId,
    after = '',
    limit,
  }: {
    readonly merchantId: string;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): Promise<GoodsPage> {
  const goods = await db
    .selectFrom('followed_goods as goods')
    .leftJoin('goods_details as details', (join) =>
      join
        .onRef('details.merchant_id', '=', 'goods.merchant_id')
        .onRef('details.gtin', '=', 'goods.gtin'),
    )
    .select(['goods.gtin', 'details.name', 'goods.category', 'goods.price', 'goods.currency'])
    .select(['goods.withdrawn', 'goods.digest'])
    .where('goods.merchant_id', '=', merchantId)
    .where('goods.gtin', '>', after)
    .orderBy('goods.gtin')
    .limit(limit)
    .execute();
  return { goods, next: goods.length < limit ? null : (goods.at(-1)?.gtin ?? null) };
}
