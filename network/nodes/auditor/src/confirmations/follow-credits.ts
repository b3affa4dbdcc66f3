// SPDX-License-Identifier: Apache-2.0
// Keeps what each transaction credited to payees, in the database transaction of its block: credit entries are added up and removed later.
import { addRows } from '@fabric-offline-pay/node-common/node';
import type { CreditedTable } from '../database/confirmation-tables.js';
import type { AuditorTransaction } from '../database/schema.js';
import type { AuditedTransaction } from '../engine/segment.js';
import type { RowChange } from '../rows/changed-rows.js';
import { isRow, readRow } from '../rows/read-row.js';

type Credit = Pick<CreditedTable, 'payee_id' | 'currency' | 'reference' | 'amount'>;

/** @returns a new credit entry; undefined for any other change */
function creditIn({ key, before, after }: RowChange): Credit | undefined {
  if (before !== null || after === null || !key.startsWith('credit/')) return undefined;
  const row = readRow(key, after);
  if (!isRow(row) || row.kind !== 'credit') return undefined;
  const [payee_id = '', currency = ''] = row.parts;
  // An order or a batch, behind the names of those concerned.
  const reference = row.value.order.split('~').at(-1) ?? '';
  return { payee_id, currency, reference, amount: row.value.amount };
}

function creditsOf({ block, transaction, changed }: AuditedTransaction): CreditedTable[] {
  const sums = new Map<string, CreditedTable>();
  const place = { block, place: transaction.index, transaction_id: transaction.id };
  for (const credit of (changed?.changes ?? []).flatMap((change) => creditIn(change) ?? [])) {
    const name = `${credit.payee_id}/${credit.currency}/${credit.reference}`;
    const known = BigInt(sums.get(name)?.amount ?? '0');
    const amount = (known + BigInt(credit.amount)).toString();
    sums.set(name, { ...credit, amount, ...place });
  }
  return [...sums.values()];
}

export class Credits {
  async apply(db: AuditorTransaction, audited: readonly AuditedTransaction[]): Promise<void> {
    await addRows(db, 'credited', audited.flatMap(creditsOf), 'block');
  }
}
