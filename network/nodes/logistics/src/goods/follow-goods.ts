// SPDX-License-Identifier: Apache-2.0
// The projection of goods as merchants registered them: where they stand (unit 1101) and how heavy they are.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type { RowValue } from '@fabric-offline-pay/domain';
import type { LogisticsTables, LogisticsTransaction } from '../database/schema.js';
import { written } from '../of-transaction.js';

async function note(db: LogisticsTransaction, goods: RowValue<'goods'>): Promise<void> {
  const { merchantId, gtin, location, weightGrams, category, withdrawn } = goods;
  const columns = { ...location, weight_grams: weightGrams, category, withdrawn };
  await db
    .insertInto('goods')
    .values({ merchant_id: merchantId, gtin, ...columns })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'gtin']).doUpdateSet(columns))
    .execute();
}

export class FollowGoods implements Projection<LogisticsTables> {
  readonly tables = ['goods'] as const;

  async apply(db: LogisticsTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      for (const { row } of written(transaction, 'goods')) await note(db, row);
  }
}
