// SPDX-License-Identifier: Apache-2.0
// Keeps what each transaction credited to payees, in the database transaction of its block: credit entries are added up and removed later.
import { addRows } from '@fabric-offline-pay/node-common/node';
import type { CreditedTable } from '../database/confirmation-tables.js';
import type { AuditorTransaction } from '../database/schema.js';
import type { AuditProjection } from '../engine/audit.js';
import type { AuditedTransaction } from '../engine/segment.js';
import { isRow, readRow } from '../rows/read-row.js';

function creditsOf({ block, transaction, changed }: AuditedTransaction): CreditedTable[] {
  const sums = new Map<string, CreditedTable>();
  for (const { key, before, after } of changed?.changes ?? []) {
    if (before !== null || after === null || !key.startsWith('credit/')) continue;
    const row = readRow(key, after);
    if (!isRow(row) || row.kind !== 'credit') continue;
    const [payee = '', currency = ''] = row.parts;
    // An order or a batch, behind the names of those concerned.
    const reference = row.value.order.split('~').at(-1) ?? '';
    const name = `${payee}/${currency}/${reference}`;
    const known = BigInt(sums.get(name)?.amount ?? '0');
    sums.set(name, {
      ...{ payee_id: payee, currency, reference, transaction_id: transaction.id },
      amount: (known + BigInt(row.value.amount)).toString(),
      ...{ block, place: transaction.index },
    });
  }
  return [...sums.values()];
}

/** Rows of one statement. */
const AT_ONCE = 2_000;

export class Credits implements AuditProjection {
  async apply(db: AuditorTransaction, audited: readonly AuditedTransaction[]): Promise<void> {
    const rows = audited.flatMap(creditsOf);
    for (let start = 0; start < rows.length; start += AT_ONCE)
      await addRows(db, 'credited', rows.slice(start, start + AT_ONCE), 'block');
  }
}
