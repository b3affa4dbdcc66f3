// SPDX-License-Identifier: Apache-2.0
// The height of the ledger that the node's tables stand at.
import type { LedgerHeight } from '@fabric-offline-pay/node-common/node';
import type { BankDatabase } from '../database/schema.js';

/** @returns block -1 when nothing was read yet */
export async function ledgerHeight(db: BankDatabase): Promise<LedgerHeight> {
  const row = await db
    .selectFrom('ledger_position')
    .select(['next_block', 'last_hash'])
    .executeTakeFirst();
  return { block: (row?.next_block ?? 0) - 1, hash: row?.last_hash ?? '' };
}
