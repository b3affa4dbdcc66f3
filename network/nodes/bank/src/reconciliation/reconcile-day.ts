// SPDX-License-Identifier: Apache-2.0
// Compares ledger, book and host for one day, names each difference, and keeps the report.
import type { CoreBanking } from '../core-banking/core-banking.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BankDatabase } from '../database/schema.js';
import { compareHost, matchHost, type Matched } from './compare-host.js';
import { compareLedger } from './compare-ledger.js';
import { keepFundingIds } from './funding-ids.js';
import type { Difference, Pair, Report } from './report.js';
import { hostLines, readDay, type DaySnapshot } from './snapshot.js';
import { sumsOf } from './sums.js';

/** What the reconciliation uses. */
export interface ReconciliationContext {
  readonly db: BankDatabase;
  readonly coreBanking: CoreBanking;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves when the tables have all that was on the ledger at the call. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
}

const DAY_MS = 86_400_000;

/** @param days from the day, below zero for days before it */
export const dayFrom = (day: string, days: number): string =>
  dayOf(Date.parse(day) + days * DAY_MS);

/** Near midnight, book and host may have an entry on two days. */
async function matchDay(
  { db, coreBanking }: ReconciliationContext,
  { lines }: DaySnapshot,
  day: string,
) {
  const host = await coreBanking.statement(day);
  const matched = matchHost(lines, host);
  const near = [dayFrom(day, -1), dayFrom(day, 1)];
  const isWhole = matched.lines.length === 0 && matched.entries.length === 0;
  return { host, matched: isWhole ? matched : await matchNear({ db, coreBanking }, matched, near) };
}

async function matchNear(
  { db, coreBanking }: Pick<ReconciliationContext, 'db' | 'coreBanking'>,
  { matches, lines, entries }: Matched,
  days: readonly string[],
): Promise<Matched> {
  const nearEntries = [];
  const nearLines = [];
  for (const day of days) {
    if (lines.length > 0) nearEntries.push(...(await coreBanking.statement(day)));
    if (entries.length > 0) nearLines.push(...(await hostLines(db, day)));
  }
  const found = matchHost(lines, nearEntries);
  return {
    matches: [...matches, ...found.matches],
    lines: found.lines,
    // What the book has on the other day is compared in the report of that day.
    entries: matchHost(nearLines, entries).entries,
  };
}

/** The most that a report names of each; more have one cause. */
const MOST = 1000;

const countOf = (differences: readonly Difference[], pair: Pair): number =>
  differences.filter((difference) => difference.pair === pair).length;

async function keep({ db, clock }: ReconciliationContext, report: Report): Promise<void> {
  const row = {
    made_at: clock(),
    ledger_book: report.counts['ledger-book'],
    book_host: report.counts['book-host'],
    report: JSON.stringify(report),
  };
  await db
    .insertInto('reconciliations')
    .values({ day: report.day, ...row })
    .onConflict((conflict) => conflict.column('day').doUpdateSet(row))
    .execute();
}

/**
 * @param day UTC, over
 * @returns the report, which replaces an earlier one of the day
 * @throws HostUnavailable when the host gives no statement
 */
export async function reconcileDay(
  context: ReconciliationContext,
  day: string,
  signal: AbortSignal,
): Promise<Report> {
  await context.caughtUp(signal);
  await keepFundingIds(context.db);
  const snapshot = await readDay(context.db, day);
  const { host, matched } = await matchDay(context, snapshot, day);
  const ledgerBook = compareLedger(day, snapshot.items);
  const bookHost = compareHost(matched, snapshot.requests);
  const differences = [...ledgerBook.differences, ...bookHost.differences];
  const underWay = [...ledgerBook.underWay, ...bookHost.underWay];
  const report: Report = {
    day,
    ledger: snapshot.ledger,
    counts: {
      'ledger-book': countOf(differences, 'ledger-book'),
      'book-host': countOf(differences, 'book-host'),
      underWay: underWay.length,
    },
    differences: differences.slice(0, MOST),
    underWay: underWay.slice(0, MOST),
    sums: sumsOf({
      day: { ...snapshot.day, host },
      until: snapshot.until,
      underWay: ledgerBook.underWay,
    }),
  };
  await keep(context, report);
  return report;
}
