// SPDX-License-Identifier: Apache-2.0
// The projection of the own catalogue, as it stands on the ledger.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { GoodsRow } from '@fabric-offline-pay/domain';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type {
  FollowedGoodsTable,
  MerchantTables,
  MerchantTransaction,
} from '../database/schema.js';
import { eachOwn, timeOf } from './changes.js';

const KINDS = ['goods'] as const;

const valuesOf = (goods: GoodsRow, changedAt: number): FollowedGoodsTable => ({
  merchant_id: goods.merchantId,
  gtin: goods.gtin,
  category: goods.category,
  price: goods.price,
  currency: goods.currency,
  origin: goods.origin,
  certificate: goods.certificate,
  weight_grams: goods.weightGrams,
  latitude: goods.location.latitude,
  longitude: goods.location.longitude,
  withdrawn: goods.withdrawn,
  digest: goods.digest,
  changed_at: changedAt,
});

async function write(db: MerchantTransaction, values: FollowedGoodsTable): Promise<void> {
  await db
    .insertInto('followed_goods')
    .values(values)
    .onConflict((conflict) => conflict.columns(['merchant_id', 'gtin']).doUpdateSet(values))
    .execute();
}

export class GoodsProjection implements Projection<MerchantTables> {
  readonly tables = ['followed_goods'] as const;
  readonly #mspId: string;

  constructor(mspId: string) {
    this.#mspId = mspId;
  }

  apply(db: MerchantTransaction, block: CommittedBlock): Promise<void> {
    const of = { mspId: this.#mspId, kinds: KINDS };
    return eachOwn(db, block, of, async ({ transaction }, changes, own) => {
      for (const { row } of changes)
        if (row !== null && own.has(row.merchantId))
          await write(db, valuesOf(row, timeOf(transaction)));
    });
  }
}
