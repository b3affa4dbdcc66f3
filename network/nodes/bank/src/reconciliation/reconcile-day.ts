// SPDX-License-Identifier: Apache-2.0
// Compares ledger, book and host for one day, names each difference, and keeps the report.
import { HostUnavailable, type CoreBanking, type HostEntry } from '../core-banking/core-banking.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BankDatabase } from '../database/schema.js';
import { compareHost, matchHost, type HostLine, type Matched } from './compare-host.js';
import { compareLedger } from './compare-ledger.js';
import { keepFundingIds } from './funding-ids.js';
import type { Difference, Pair, Report } from './report.js';
import { hostLines, keysAtEdges, readDay } from './snapshot.js';
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

type Sides = Pick<ReconciliationContext, 'db' | 'coreBanking'> & { readonly signal: AbortSignal };

/** @returns undefined while the host has not made it, or not any more */
async function statementIfThere(
  { coreBanking, signal }: Sides,
  day: string,
): Promise<readonly HostEntry[] | undefined> {
  try {
    return await coreBanking.statement(day, signal);
  } catch (error) {
    if (error instanceof HostUnavailable) return undefined;
    throw error;
  }
}

/** What the hosts say, beside the book. */
interface HostSide {
  readonly matched: Matched;
  /** Keys of lines that a statement may have that is not there. */
  readonly pending: ReadonlySet<string>;
}

/** Near midnight, book and host may have an entry on two days. */
async function matchNear(sides: Sides, first: Matched, day: string) {
  const near = [dayFrom(day, -1), dayFrom(day, 1)];
  const nearEntries: HostEntry[] = [];
  const nearLines: HostLine[] = [];
  let isThere = true;
  for (const other of near) {
    const statement = await statementIfThere(sides, other);
    isThere &&= statement !== undefined;
    nearEntries.push(...(statement ?? []));
    nearLines.push(...(await hostLines(sides.db, other)));
  }
  const found = matchHost(first.lines, nearEntries);
  const matched = {
    matches: [...first.matches, ...found.matches],
    lines: found.lines,
    // What the book has on the other day is compared in the report of that day.
    entries: matchHost(nearLines, first.entries).entries,
  };
  const pending = isThere ? new Set<string>() : await keysAtEdges(sides.db, day);
  return { matched, pending } satisfies HostSide;
}

async function matchDay(
  sides: Sides,
  lines: readonly HostLine[],
  host: readonly HostEntry[],
  day: string,
): Promise<HostSide> {
  const matched = matchHost(lines, host);
  const isWhole = matched.lines.length === 0 && matched.entries.length === 0;
  return isWhole ? { matched, pending: new Set() } : matchNear(sides, matched, day);
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
 * @param day UTC; today as far as it has gone
 * @returns the report, which replaces an earlier one of the day
 * @throws HostUnavailable when the host gives no statement, StatementEndless when it never ends
 */
export async function reconcileDay(
  context: ReconciliationContext,
  day: string,
  signal: AbortSignal,
): Promise<Report> {
  await context.caughtUp(signal);
  await keepFundingIds(context.db);
  const snapshot = await readDay(context.db, day);
  const host = await context.coreBanking.statement(day, signal);
  const { matched, pending } = await matchDay({ ...context, signal }, snapshot.lines, host, day);
  const ledgerBook = compareLedger(day, snapshot.items);
  const bookHost = compareHost(matched, snapshot.requests, pending);
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
