// SPDX-License-Identifier: Apache-2.0
// What the ledger does not keep of goods.
import type { Migrations } from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import { createTable } from './columns.js';

export interface GoodsDetailTable {
  merchant_id: string;
  gtin: string;
  name: string;
  brand: string | null;
  /** GS1 Global Product Classification, brick code. */
  gpc_brick: string | null;
  /** Percent, decimal. */
  tax_rate: string | null;
}

export interface CatalogueTables {
  goods_details: GoodsDetailTable;
}

export const CATALOGUE_MIGRATIONS: Migrations = {
  '0003-catalogue': {
    up: (db: Kysely<unknown>) =>
      createTable(
        db,
        'goods_details',
        {
          merchant_id: 'id',
          gtin: 'word',
          name: 'text',
          brand: 'text?',
          gpc_brick: 'word?',
          tax_rate: 'word?',
        },
        ['merchant_id', 'gtin'],
      ),
  },
};
