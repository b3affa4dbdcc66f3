// SPDX-License-Identifier: Apache-2.0
// The table of obligations in memory: what the tables of a database must hold too, and which of it is overdue.
import { isRow, readRow } from '../rows/read-row.js';
import { NO_SPANS, type ObligationChanges } from './obligation-changes.js';
import {
  dueAt,
  obligationName,
  OBLIGATIONS,
  type Obligation,
  type PolicySpans,
} from './obligation.js';

/** All obligations after a transaction, by kind and subject. */
export interface ObligationTable {
  readonly spans: PolicySpans;
  readonly rows: ReadonlyMap<string, Obligation>;
}

/** Before the first block. */
export const NO_OBLIGATIONS: ObligationTable = { spans: NO_SPANS, rows: new Map() };

/** @returns the table after the changes */
export function withChanges(table: ObligationTable, changes: ObligationChanges): ObligationTable {
  const { put, remove, spans } = changes;
  const rows = new Map(table.rows);
  for (const key of remove) rows.delete(obligationName(key));
  for (const obligation of put) {
    const { sinceBlock = obligation.sinceBlock } = rows.get(obligationName(obligation)) ?? {};
    rows.set(obligationName(obligation), { ...obligation, sinceBlock });
  }
  if (spans === undefined) return { ...table, rows };
  for (const [name, row] of rows) rows.set(name, { ...row, dueAt: dueAt(row, spans) });
  return { spans, rows };
}

/** An obligation past its time. */
export interface Overdue extends Obligation {
  /** Seconds since it was due. */
  readonly age: number;
}

/** The bytes of a row as it stands; null: there is none. */
export type RowAt = (key: string) => Uint8Array | null;

/**
 * A bank need not redeem what its payee does not have: the balance without what disputes withhold, and nothing while the payee has
 * debts. A payee's request stands for ever, so that it is asked anew each time.
 */
function canBeMet({ kind, owedBy, money }: Obligation, rowAt: RowAt): boolean {
  if (kind !== 'payout.redeem' || money === null) return true;
  const key = `checkpoint/${owedBy.id}/${money.currency}`;
  const bytes = rowAt(key);
  const row = bytes === null ? undefined : readRow(key, bytes);
  if (row === undefined || !isRow(row) || row.kind !== 'checkpoint') return false;
  const { balance, withheld, debts } = row.value;
  return debts.length === 0 && BigInt(balance) - BigInt(withheld) >= BigInt(money.amount);
}

/** What an auditor asks of the table. */
export interface OverdueQuery {
  /** Seconds since 1970: the newest block's time, or the caller's clock. */
  readonly at: number;
  readonly rowAt: RowAt;
  /** Whether somebody confirms what is done outside of the ledger. Without it, nobody can say that it was not done. */
  readonly hasConfirmations?: boolean;
}

/** @returns what is overdue, the oldest first */
export const overdueAt = (
  obligations: Iterable<Obligation>,
  { at, rowAt, hasConfirmations = false }: OverdueQuery,
): Overdue[] =>
  [...obligations]
    .filter((each) => each.dueAt < at)
    .filter(({ kind }) => hasConfirmations || OBLIGATIONS[kind].metBy === 'ledger')
    .filter((each) => canBeMet(each, rowAt))
    .map((each) => ({ ...each, age: at - each.dueAt }))
    .sort((a, b) => b.age - a.age);
