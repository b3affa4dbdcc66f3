// SPDX-License-Identifier: Apache-2.0
// Tables of where goods are: as merchants registered them, and what stands in the company's own places.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

/** Goods as their merchant registered them on the ledger. */
export interface GoodsTable {
  merchant_id: string;
  gtin: string;
  /** Micro-degrees. */
  latitude: number;
  longitude: number;
  weight_grams: number;
  category: string;
  withdrawn: boolean;
}

/** A depot, hub or vehicle of the company. */
export interface PlaceTable {
  place_id: string;
  latitude: number;
  longitude: number;
  active: boolean;
}

/** How many pieces stand in a place: the sum of the moves. */
export interface StockTable {
  place_id: string;
  merchant_id: string;
  gtin: string;
  quantity: number;
}

/** Pieces that went from one place to another. */
export interface MoveTable {
  /** Natural: the sender's number of the move. */
  move_id: string;
  merchant_id: string;
  gtin: string;
  quantity: number;
  /** Null: from the merchant. */
  from_place: string | null;
  /** Null: out of the company's places, to a customer or back to the merchant. */
  to_place: string | null;
  /** The order that the pieces belong to, when they belong to one. */
  order_number: string | null;
  moved_by: string;
  moved_at: number;
}

export interface GoodsTables {
  goods: GoodsTable;
  places: PlaceTable;
  stock: StockTable;
  moves: MoveTable;
}

const PLACE = { latitude: 'count', longitude: 'count' } as const;
const PIECES = { merchant_id: 'id', gtin: 'id', quantity: 'count' } as const;

const GOODS = {
  merchant_id: 'id',
  gtin: 'id',
  ...PLACE,
  weight_grams: 'count',
  category: 'id',
  withdrawn: 'flag',
} as const;

const MOVE = {
  move_id: 'id',
  ...PIECES,
  from_place: 'id?',
  to_place: 'id?',
  order_number: 'id?',
  moved_by: 'text',
  moved_at: 'instant',
} as const;

export const GOODS_MIGRATIONS: Migrations = {
  '0004-goods': {
    async up(db: Kysely<unknown>) {
      await createTable(db, 'goods', GOODS, ['merchant_id', 'gtin']);
      await createTable(db, 'places', { place_id: 'id', ...PLACE, active: 'flag' }, ['place_id']);
      await createTable(db, 'stock', { place_id: 'id', ...PIECES }, [
        'merchant_id',
        'gtin',
        'place_id',
      ]);
      await createTable(db, 'moves', MOVE, ['move_id']);
      await db.schema
        .createIndex('moves_by_order')
        .on('moves')
        .columns(['merchant_id', 'order_number'])
        .execute();
    },
  },
  '0010-moves-by-place': {
    async up(db: Kysely<unknown>) {
      for (const place of ['from_place', 'to_place'])
        await db.schema
          .createIndex(`moves_by_${place}`)
          .on('moves')
          .columns(['merchant_id', 'gtin', place])
          .execute();
    },
  },
};
