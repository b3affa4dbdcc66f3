// SPDX-License-Identifier: Apache-2.0
// Whose money the bank claims by itself. Without an agreement it does; a merchant that claims in parts, or later, agrees otherwise.
import type { Work } from '@fabric-offline-pay/node-common/node';
import type { BankDatabase, BankTables } from '../database/schema.js';

/** Settles what waits of one merchant. */
export const SETTLE_MERCHANT = { name: 'settle-merchant' } as const;

export interface ClaimAgreement {
  readonly merchantId: string;
  /** False: nothing of this merchant is settled before somebody asks for it. */
  readonly automatic: boolean;
}

export async function isAutomatic(db: BankDatabase, merchantId: string): Promise<boolean> {
  const row = await db
    .selectFrom('claim_agreements')
    .select('automatic')
    .where('merchant_id', '=', merchantId)
    .executeTakeFirst();
  return row?.automatic ?? true;
}

/** Notes the agreement. An automatic one also settles what waits. Safe to repeat. */
export async function setClaimAgreement(
  db: BankDatabase,
  work: Pick<Work<BankTables>, 'ask' | 'wake'>,
  { merchantId, automatic }: ClaimAgreement,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('claim_agreements')
      .values({ merchant_id: merchantId, automatic })
      .onConflict((conflict) => conflict.column('merchant_id').doUpdateSet({ automatic }))
      .execute();
    if (automatic) await work.ask(transaction, SETTLE_MERCHANT, merchantId, { merchantId });
  });
  work.wake();
}
