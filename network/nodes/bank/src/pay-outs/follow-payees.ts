// SPDX-License-Identifier: Apache-2.0
// Which bank pays whom: merchants by their licence, logistics companies by the registry.
import type { RowChange } from '@fabric-offline-pay/sdk';
import type { BankDatabase } from '../database/schema.js';

async function notePayee(db: BankDatabase, payeeId: string, bankId: string): Promise<void> {
  await db
    .insertInto('payees')
    .values({ payee_id: payeeId, bank_id: bankId })
    .onConflict((conflict) => conflict.column('payee_id').doUpdateSet({ bank_id: bankId }))
    .execute();
}

/** Notes what a change of the ledger says of payees' banks. */
export async function followPayees(db: BankDatabase, change: RowChange): Promise<void> {
  if (change.row === null) return;
  if (change.kind === 'merchant') await notePayee(db, change.row.merchantId, change.row.bankId);
  if (change.kind !== 'registry') return;
  for (const { role, actor, bankId } of change.row.participants)
    if (role === 'logistics' && bankId !== null) await notePayee(db, actor, bankId);
}
