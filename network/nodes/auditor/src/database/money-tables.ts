// SPDX-License-Identifier: Apache-2.0
// All money after each block that changed it: supply by currency and bank at any height.
import type { Migrations } from '@fabric-offline-pay/node-common/node';

export interface MoneyTables {
  money_history: {
    block: number;
    /** JSON of `MoneyTotals`. */
    money: string;
  };
}

export const MONEY_MIGRATIONS: Migrations = {
  '0006-money': {
    async up(db) {
      await db.schema
        .createTable('money_history')
        .addColumn('block', 'integer', (column) => column.primaryKey())
        .addColumn('money', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
