// SPDX-License-Identifier: Apache-2.0
// A payee's day as a file, written like every statement: CSV, camt.053, PDF.
import type { FileAnswer } from '@fabric-offline-pay/node-common/client';
import {
  statementFile,
  type AccountStatement,
  type Balances,
  type StatementEntry,
  type StatementFormat,
} from '@fabric-offline-pay/node-common/node';
import {
  dayOf,
  settlementReport,
  type ReportContext,
  type ReportEntry,
  type ReportQuery,
  type SettlementReport,
} from './settlement-report.js';

/** A payee has no money that waits for somebody else: what open disputes may take is still its own. */
const all = (amount: string): Balances => ({ booked: amount, available: amount });

function entryOf(entry: ReportEntry, balance: bigint): StatementEntry {
  const { id, at, kind, amount, reference, transactionId } = entry;
  return {
    ...{ id, kind, transactionId, reference, amount, moved: amount, lines: [] },
    bookedAt: at * 1000,
    // The reference may be an order, a batch or a payout: its kind says which.
    order: null,
    balance: all(balance.toString()),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* entriesOf({ opening, entries }: SettlementReport): AsyncGenerator<StatementEntry> {
  let balance = BigInt(opening);
  for (const entry of entries) {
    balance += BigInt(entry.amount);
    yield entryOf(entry, balance);
  }
}

/** @param madeAt milliseconds since 1970 */
export function statementOf(report: SettlementReport, madeAt: number): AccountStatement {
  const { payeeId: ownerId, currency, opening, closing, height } = report;
  const { from, to } = dayOf(report);
  const head = {
    ...{ ownerId, currency, madeAt, height, from: from * 1000, to: to * 1000 },
    ...{ opening: all(opening), closing: all(closing) },
  };
  return { head, entries: entriesOf(report) };
}

/** @returns the file; its sums are those of the report as of the same height */
export async function settlementFile(
  context: ReportContext & { readonly clock: () => number },
  { format, ...query }: ReportQuery & { readonly format: StatementFormat },
): Promise<FileAnswer> {
  const { payeeId, currency, date } = query;
  const statement = statementOf(await settlementReport(context, query), context.clock());
  return statementFile(statement, format, `${payeeId}-${currency}-${date}`);
}
