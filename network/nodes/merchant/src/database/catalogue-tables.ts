// SPDX-License-Identifier: Apache-2.0
// What the ledger does not keep of goods.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

export interface GoodsNameTable {
  merchant_id: string;
  gtin: string;
  name: string;
}

export interface CatalogueTables {
  goods_names: GoodsNameTable;
}

export const CATALOGUE_MIGRATIONS: Migrations = {
  '0003-catalogue': {
    up: (db: Kysely<unknown>) =>
      createTable(db, 'goods_names', { merchant_id: 'id', gtin: 'word', name: 'text' }, [
        'merchant_id',
        'gtin',
      ]),
  },
};
