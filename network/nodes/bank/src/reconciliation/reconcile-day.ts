// SPDX-License-Identifier: Apache-2.0
// Compares ledger, book and host for one day, names each difference, and keeps the report.
import { HostUnavailable, type Hosts } from '../core-banking/core-banking.js';
import { compareLedger, type Item } from './compare-ledger.js';
import { isOver } from './days.js';
import { keepFundingIds } from './funding-ids.js';
import {
  MOST_NAMED,
  readKnown,
  refuseUnparted,
  rowsOf,
  withKnown,
  type HostParts,
  type KeptParts,
} from './host-part.js';
import { compareHosts } from './host-side.js';
import type { Report } from './report.js';
import { readDay, type DaySnapshot } from './snapshot.js';
import { sumsOf } from './sums.js';
import { trustedNow, type Time } from './wrong-clock.js';

/** What the reconciliation uses. */
export interface ReconciliationContext extends Time {
  readonly hosts: Hosts;
  /** Of these, those that are set up to give no statements, by their adapters. */
  readonly withoutStatements?: readonly string[];
  /** Resolves when the tables have all that was on the ledger at the call. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
}

/** What the node still works on: what becomes of it is named in the report of this day. */
const isOpenOf =
  (day: string) =>
  ({ isOpen, ledger, book }: Item): boolean =>
    isOpen && (ledger === null || book === null) && (ledger ?? book)?.day === day;

/** A report with its parts, and whether its day is compared again. */
interface Result {
  readonly report: Report;
  readonly parts: KeptParts;
  readonly waits: boolean;
}

async function keep({ db }: ReconciliationContext, result: Result, now: number): Promise<void> {
  const { report, parts, waits } = result;
  const { day } = report;
  const row = {
    ...{ made_at: now, block: report.ledger.block },
    ledger_book: report.counts['ledger-book'],
    book_host: report.counts['book-host'],
    ...{ waits, doubted: false },
    missing: [...parts]
      .filter(([, { part }]) => part.missing !== null)
      .map(([host]) => host)
      .join(','),
    report: JSON.stringify(report),
  };
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('reconciliations')
      .values({ day, ...row })
      .onConflict((conflict) => conflict.column('day').doUpdateSet(row))
      .execute();
    await transaction.deleteFrom('reconciled_hosts').where('day', '=', day).execute();
    if (parts.size > 0)
      await transaction.insertInto('reconciled_hosts').values(rowsOf(day, parts)).execute();
  });
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function resultOf(day: string, snapshot: DaySnapshot, parts: KeptParts, now: number): Result {
  const ledgerBook = compareLedger(day, snapshot.items);
  const ofHosts = [...parts.values()].map(({ part }) => part);
  const report: Report = {
    day,
    ledger: snapshot.ledger,
    hosts: Object.fromEntries(
      [...parts].map(([host, { part }]) => [
        host,
        { entries: part.entries, missing: part.missing },
      ]),
    ),
    counts: {
      'ledger-book': ledgerBook.differences.length,
      'book-host': total(ofHosts.map(({ counts }) => counts.differences)),
      underWay: total([
        ledgerBook.underWay.length,
        ...ofHosts.map(({ counts }) => counts.underWay),
      ]),
    },
    differences: [ledgerBook, ...ofHosts]
      .flatMap(({ differences }) => differences)
      .slice(0, MOST_NAMED),
    underWay: [ledgerBook, ...ofHosts].flatMap(({ underWay }) => underWay).slice(0, MOST_NAMED),
    sums: sumsOf({
      day: { ...snapshot.day, host: ofHosts.flatMap(({ sums }) => sums) },
      until: snapshot.until,
      underWay: ledgerBook.underWay,
    }),
  };
  const isUnfinished = !isOver(day, now) || snapshot.items.some(isOpenOf(day));
  return { report, parts, waits: isUnfinished || ofHosts.some(({ waits }) => waits) };
}

/** @throws HostUnavailable when an earlier part stands, since its host, of which one is awaited, does not give the statement again */
function refuseStanding({ hosts }: ReconciliationContext, said: HostParts, kept: KeptParts): void {
  for (const [host, { missing }] of said)
    if (missing !== null && hosts.has(host) && kept.get(host)?.part.missing === null)
      throw new HostUnavailable(missing);
}

/**
 * @param day UTC; today as far as it has gone
 * @returns the report, which replaces an earlier one of the day. It names each host that gave no statement.
 * @throws HostUnavailable when a host does not give again what an earlier report has of the whole day; that part of it stays, and the others
 * are replaced. ClockBehind: nothing is changed.
 */
export async function reconcileDay(
  context: ReconciliationContext,
  day: string,
  signal: AbortSignal,
): Promise<Report> {
  const { db, hosts, withoutStatements = [] } = context;
  await context.caughtUp(signal);
  await keepFundingIds(db);
  const now = await trustedNow(context);
  const known = await readKnown(db, day);
  const snapshot = await readDay(db, day);
  const sides = { ...snapshot, day };
  const said = await compareHosts({ db, hosts, withoutStatements, known, now, signal }, sides);
  refuseUnparted(said, known);
  const parts = withKnown(said, known, now);
  const result = resultOf(day, snapshot, parts, now);
  await keep(context, result, now);
  refuseStanding(context, said, parts);
  return result.report;
}
