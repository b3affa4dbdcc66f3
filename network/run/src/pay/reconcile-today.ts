// SPDX-License-Identifier: Apache-2.0
// Closes the bank's day, as far as it has gone: ledger, book and hosts are compared, and must agree to the unit.
import type { BankClient } from '@fabric-offline-pay/bank-node';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { OutsideWorld } from './outside-world.js';

/** What the comparison found. */
export interface Reconciled {
  /** UTC, `2026-11-29`. */
  readonly day: string;
  /** Differences between ledger and book. */
  readonly ledgerBook: number;
  /** Differences between book and hosts. */
  readonly bookHost: number;
  /** Entries that one side does not have yet. */
  readonly underWay: number;
}

export interface ReconciliationDesk {
  readonly operator: Pick<BankClient, 'reconcileDay' | 'readReconciliation'>;
  /** Absent where no hosts are. */
  readonly outside?: Pick<OutsideWorld, 'closeStatements'> | undefined;
  /** Of the ledger, in blocks. */
  readonly height: () => Promise<bigint>;
  /** Resolves when nothing is under way; to false when something does not end in time. */
  readonly quiet: () => Promise<boolean>;
}

const DEADLINE_MS = 30_000;
const EVERY_MS = 50;
/** What came up while it compared has ended the next time. */
const MOST_TRIES = 3;

const isClean = ({ ledgerBook, bookHost, underWay }: Reconciled): boolean =>
  ledgerBook + bookHost + underWay === 0;

async function compare(desk: ReconciliationDesk): Promise<Reconciled> {
  await desk.outside?.closeStatements();
  const height = await desk.height();
  const askedAt = Date.now();
  const day = new Date(askedAt).toISOString().slice(0, 10);
  await desk.operator.reconcileDay({ day });
  // A report of this second that has the whole ledger knows as much: nothing else is under way.
  const read = async () => {
    const report = await desk.operator.readReconciliation({ day });
    const isNew = report.madeAt >= Math.floor(askedAt / 1000);
    return isNew && report.ledger.block + 1 >= Number(height) ? report : undefined;
  };
  const { counts } = await waitUntil('the reconciliation', read, {
    ...{ deadlineMs: DEADLINE_MS, intervalMs: EVERY_MS },
  });
  return {
    day,
    ledgerBook: counts['ledger-book'],
    bookHost: counts['book-host'],
    underWay: counts.underWay,
  };
}

/** @returns null when the bank's node did not answer: that stops no run */
export async function reconcileToday(desk: ReconciliationDesk): Promise<Reconciled | null> {
  try {
    for (let tries = 1; ; tries += 1) {
      const isQuiet = await desk.quiet();
      const found = await compare(desk);
      if (isClean(found) || !isQuiet || tries === MOST_TRIES) return found;
    }
  } catch {
    return null;
  }
}
