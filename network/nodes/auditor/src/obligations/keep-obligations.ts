// SPDX-License-Identifier: Apache-2.0
// Keeps the table of obligations in step with the blocks, in their database transaction.
import { BatchedRows } from '@fabric-offline-pay/node-common/node';
import { sql, type Kysely } from 'kysely';
import type { ObligationTables } from './obligation-tables.js';
import type { ChangedRows } from '../rows/changed-rows.js';
import { obligationChanges, type ObligationChanges } from '../overdue/index.js';
import { dueAt, type Obligation, type ObligationKey, type PolicySpans } from '../overdue/index.js';

type Row = ObligationTables['obligations'];

const rowOf = (obligation: Obligation): Row => ({
  kind: obligation.kind,
  subject: obligation.subject,
  since: obligation.since,
  waits: obligation.waits,
  due_at: obligation.dueAt,
  since_block: obligation.sinceBlock,
  debtor_role: obligation.owedBy.role,
  debtor: obligation.owedBy.id,
  currency: obligation.money?.currency ?? null,
  amount: obligation.money?.amount ?? null,
});

/** @returns a row as what it says */
export const obligationOf = (row: Row): Obligation => ({
  kind: row.kind,
  subject: row.subject,
  since: row.since,
  waits: row.waits,
  dueAt: row.due_at,
  sinceBlock: row.since_block,
  owedBy: { role: row.debtor_role, id: row.debtor },
  money:
    row.currency === null || row.amount === null
      ? null
      : { currency: row.currency, amount: row.amount },
});

interface Collected {
  readonly changes: readonly ObligationChanges[];
  readonly spans: PolicySpans;
}

/** The policy's spans decide what is due, and a transaction may change them for those after it. */
function collect(transactions: readonly ChangedRows[], spans: PolicySpans): Collected {
  let now = spans;
  const changes = transactions.map((transaction) => {
    const change = obligationChanges(transaction, now);
    now = change.spans ?? now;
    return change;
  });
  return { changes, spans: now };
}

const nameOf = ({ kind, subject }: ObligationKey): Pick<Row, 'kind' | 'subject'> => ({
  kind,
  subject,
});

/** When the policy has changed, everything that waits for one of its spans is due anew. */
async function waitAnew(db: Kysely<ObligationTables>, spans: PolicySpans): Promise<void> {
  for (const [name, seconds] of Object.entries(spans))
    await sql`
      update obligations set due_at = since + ${seconds} where waits = ${name}
    `.execute(db);
}

/**
 * @param transactions valid ones, in the order of the ledger
 * @returns the policy's spans after them
 */
export async function keepObligations(
  db: Kysely<ObligationTables>,
  transactions: readonly ChangedRows[],
  before: PolicySpans,
): Promise<PolicySpans> {
  const { changes, spans } = collect(transactions, before);
  const rows = new BatchedRows<Row, 'kind' | 'subject'>(db, 'obligations', ['kind', 'subject']);
  await rows.load(changes.flatMap(({ put, remove }) => [...remove, ...put].map(nameOf)));
  for (const { put, remove } of changes) {
    for (const key of remove) rows.remove(nameOf(key));
    for (const obligation of put) {
      const known = await rows.get(nameOf(obligation));
      const sinceBlock = known?.since_block ?? obligation.sinceBlock;
      rows.put(rowOf({ ...obligation, sinceBlock, dueAt: dueAt(obligation, spans) }));
    }
  }
  await rows.write();
  if (changes.some((change) => change.spans !== undefined)) await waitAnew(db, spans);
  return spans;
}
