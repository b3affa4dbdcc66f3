// SPDX-License-Identifier: Apache-2.0
// The projection of merchants: who speaks for which. Comes before the others, which ask whose merchants are this organisation's.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import type { MerchantTables, MerchantTransaction } from '../database/schema.js';
import { changesOf } from './changes.js';

export class MerchantsProjection implements Projection<MerchantTables> {
  readonly tables = ['followed_merchants'] as const;

  async apply(db: MerchantTransaction, { transactions }: CommittedBlock): Promise<void> {
    for (const { row } of transactions.flatMap((each) => changesOf(each, 'merchant'))) {
      if (row === null) continue;
      const { merchantId, mspId: msp_id, bankId: bank_id, active } = row;
      const stated = { msp_id, bank_id, active };
      await db
        .insertInto('followed_merchants')
        .values({ merchant_id: merchantId, ...stated })
        .onConflict((conflict) => conflict.column('merchant_id').doUpdateSet(stated))
        .execute();
    }
  }
}
