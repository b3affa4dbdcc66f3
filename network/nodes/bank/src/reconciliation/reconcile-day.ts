// SPDX-License-Identifier: Apache-2.0
// Compares ledger, book and host for one day, names each difference, and keeps the report.
import { HostUnavailable, type Hosts } from '../core-banking/core-banking.js';
import type { BankDatabase } from '../database/schema.js';
import { compareLedger, type Item } from './compare-ledger.js';
import { isOver } from './days.js';
import { keepFundingIds } from './funding-ids.js';
import { compareHosts, type HostComparison } from './host-side.js';
import { report as reportSchema, type Difference, type Pair, type Report } from './report.js';
import { readDay } from './snapshot.js';
import { sumsOf } from './sums.js';

/** What the reconciliation uses. */
export interface ReconciliationContext {
  readonly db: BankDatabase;
  readonly hosts: Hosts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves when the tables have all that was on the ledger at the call. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
}

/** The most that a report names of each; more have one cause. */
const MOST = 1000;

const countOf = (differences: readonly Difference[], pair: Pair): number =>
  differences.filter((difference) => difference.pair === pair).length;

/** What the node still works on: what becomes of it is named in the report of this day. */
const isOpenOf =
  (day: string) =>
  ({ isOpen, ledger, book }: Item): boolean =>
    isOpen && (ledger === null || book === null) && (ledger ?? book)?.day === day;

/** A report, and why its day is compared again. */
interface Result {
  readonly report: Report;
  /** Hosts without a statement. */
  readonly missing: readonly HostComparison[];
  readonly waits: boolean;
}

/**
 * What a statement once said stays said, though the host does not give it any more.
 * @throws HostUnavailable when the report of the whole day had a statement that is missing now
 */
async function refuseLess({ db }: ReconciliationContext, { report, missing }: Result) {
  const known = await db
    .selectFrom('reconciliations')
    .select(['made_at', 'report'])
    .where('day', '=', report.day)
    .executeTakeFirst();
  if (known === undefined || !isOver(report.day, known.made_at)) return;
  const { hosts } = reportSchema.parse(JSON.parse(known.report));
  const lost = missing.find(({ host }) => (hosts[host]?.entries ?? null) !== null);
  if (lost !== undefined) throw new HostUnavailable(lost.missing ?? '');
}

async function keep({ db }: ReconciliationContext, result: Result, now: number): Promise<void> {
  const { report, missing, waits } = result;
  const row = {
    made_at: now,
    ledger_book: report.counts['ledger-book'],
    book_host: report.counts['book-host'],
    waits,
    missing: missing.map(({ host }) => host).join(','),
    report: JSON.stringify(report),
  };
  await db
    .insertInto('reconciliations')
    .values({ day: report.day, ...row })
    .onConflict((conflict) => conflict.column('day').doUpdateSet(row))
    .execute();
}

async function compare(
  { db, hosts }: ReconciliationContext,
  day: string,
  now: number,
  signal: AbortSignal,
): Promise<Result> {
  const snapshot = await readDay(db, day);
  const compared = await compareHosts({ db, hosts, now, signal }, { ...snapshot, day });
  const ledgerBook = compareLedger(day, snapshot.items);
  const both = [ledgerBook, ...compared];
  const differences = both.flatMap((each) => each.differences);
  const underWay = both.flatMap((each) => each.underWay);
  const report: Report = {
    day,
    ledger: snapshot.ledger,
    hosts: Object.fromEntries(
      compared.map(({ host, entries, missing }) => [
        host,
        { entries: entries?.length ?? null, missing },
      ]),
    ),
    counts: {
      'ledger-book': countOf(differences, 'ledger-book'),
      'book-host': countOf(differences, 'book-host'),
      underWay: underWay.length,
    },
    differences: differences.slice(0, MOST),
    underWay: underWay.slice(0, MOST),
    sums: sumsOf({
      day: { ...snapshot.day, host: compared.flatMap(({ entries }) => entries ?? []) },
      until: snapshot.until,
      underWay: ledgerBook.underWay,
    }),
  };
  const isUnfinished = !isOver(day, now) || snapshot.items.some(isOpenOf(day));
  return {
    report,
    missing: compared.filter(({ entries }) => entries === null),
    waits: isUnfinished || compared.some(({ waits }) => waits),
  };
}

/**
 * @param day UTC; today as far as it has gone
 * @returns the report, which replaces an earlier one of the day. It names each host that gave no statement.
 * @throws HostUnavailable when a host does not give again what an earlier report has of the whole day; that report stays
 */
export async function reconcileDay(
  context: ReconciliationContext,
  day: string,
  signal: AbortSignal,
): Promise<Report> {
  await context.caughtUp(signal);
  await keepFundingIds(context.db);
  const now = context.clock();
  const result = await compare(context, day, now, signal);
  await refuseLess(context, result);
  await keep(context, result, now);
  return result.report;
}
