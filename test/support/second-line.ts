// SPDX-License-Identifier: Apache-2.0
// The auditor's second line beside a ledger in memory: every valid transaction goes through its reducers, in order.
import type { Finding } from '../../network/nodes/auditor/src/findings/finding.js';
import {
  auditMoney,
  auditTotals,
  NO_MONEY,
  totalsOf,
  type MoneyAudit,
  type MoneyTotals,
} from '../../network/nodes/auditor/src/money/index.js';
import {
  NO_OBLIGATIONS,
  obligationChanges,
  overdueAt,
  withChanges,
  type ObligationTable,
  type Overdue,
} from '../../network/nodes/auditor/src/overdue/index.js';
import type { ChangedRows, RowChange } from '../../network/nodes/auditor/src/rows/changed-rows.js';
import type { Block, BlockTransaction, KeyWrite, MemoryLedger } from '@fabric-offline-pay/testing';

/** A transaction with the totals before it. */
export interface Audited {
  readonly transaction: ChangedRows;
  readonly before: MoneyTotals;
}

export class SecondLine {
  readonly findings: Finding[] = [];
  readonly audited: Audited[] = [];
  readonly #rows: Map<string, Uint8Array>;
  #totals: MoneyTotals;
  #obligations: ObligationTable;

  /** @param origin what followed the ledger from which this one was forked; else it begins with the ledger's first block */
  constructor(ledger: MemoryLedger, origin?: SecondLine) {
    this.#rows = new Map(origin?.rows);
    this.#totals = origin?.totals ?? NO_MONEY;
    this.#obligations = origin?.obligations ?? NO_OBLIGATIONS;
    if (origin === undefined) for (const block of ledger.blocks()) this.#follow(block);
    ledger.onBlock((block) => this.#follow(block));
  }

  get rows(): ReadonlyMap<string, Uint8Array> {
    return this.#rows;
  }

  get totals(): MoneyTotals {
    return this.#totals;
  }

  get obligations(): ObligationTable {
    return this.#obligations;
  }

  /** The same sums, out of the whole state. */
  get summedAnew(): MoneyTotals {
    return totalsOf([...this.#rows].map(([key, value]) => ({ key, value })));
  }

  /** @param at seconds since 1970 */
  overdue(at: number, hasConfirmations = false): Overdue[] {
    const rowAt = (key: string): Uint8Array | null => this.#rows.get(key) ?? null;
    return overdueAt(this.#obligations.rows.values(), { at, rowAt, hasConfirmations });
  }

  #follow({ number, transactions }: Block): void {
    for (const [index, transaction] of transactions.entries())
      if (transaction.validationCode === 'VALID') this.#audit(number, index, transaction);
    this.#take(auditTotals(this.#totals, number));
  }

  #audit(block: number, index: number, { txId, timestamp, writeSet }: BlockTransaction): void {
    const changes = writeSet.map((write) => this.#apply(write));
    const transaction = {
      ...{ block, index, transactionId: txId, changes },
      at: timestamp.getTime(),
    };
    this.audited.push({ transaction, before: this.#totals });
    this.#take(auditMoney(this.#totals, transaction));
    const changed = obligationChanges(transaction, this.#obligations.spans);
    this.#obligations = withChanges(this.#obligations, changed);
  }

  #take({ totals, findings }: MoneyAudit): void {
    this.#totals = totals;
    this.findings.push(...findings);
  }

  #apply({ key, isDelete, value }: KeyWrite): RowChange {
    const before = this.#rows.get(key) ?? null;
    if (isDelete) this.#rows.delete(key);
    else this.#rows.set(key, value);
    return { key, before, after: isDelete ? null : value };
  }
}
