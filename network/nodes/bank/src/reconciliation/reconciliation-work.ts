// SPDX-License-Identifier: Apache-2.0
// When days are reconciled: each day after midnight of UTC, and when an operator asks.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { JobData, JobKind, Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import { Gauge, type Registry } from 'prom-client';
import { toInstant } from '../clock.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import { HostUnavailable } from '../core-banking/core-banking.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { dayFrom, isOver } from './days.js';
import { daysUncompared } from './host-part.js';
import { reconcileDay, type ReconciliationContext } from './reconcile-day.js';
import type { RECONCILIATION_OPERATIONS } from './reconciliation-operations.js';
import { report, type Report } from './report.js';
import { Supplies } from './supplies.js';
import { trustedNow } from './wrong-clock.js';

/** What reconciliation uses. */
export interface ReconciliationParts extends ReconciliationContext {
  readonly bankId: string;
  /** Of the node's figures. */
  readonly registry?: Registry;
}

type Asking = Pick<Work<BankTables>, 'ask' | 'wake'>;

const RECONCILE = { name: 'reconcile-day' } as const;

const HOUR = 3_600;

/** After an outage the days that were missed are compared too, as far back as this. */
export const MOST_DAYS = 31;

/** @returns the days of the reports that say all that there is to say of them */
async function doneDays(
  context: ReconciliationContext,
  since: string,
): Promise<ReadonlySet<string>> {
  const { db, hosts, withoutStatements = [] } = context;
  const giving = [...hosts.keys()].filter((host) => !withoutStatements.includes(host));
  const uncompared = await daysUncompared(db, giving, since);
  const reports = await db
    .selectFrom('reconciliations')
    .select(['day', 'made_at'])
    .where('day', '>=', since)
    .where('waits', '=', false)
    .where('doubted', '=', false)
    .execute();
  const done = reports.filter(({ day, made_at: at }) => isOver(day, at) && !uncompared.has(day));
  return new Set(done.map(({ day }) => day));
}

/** What the first of some reports are: of which day, and read at which block. */
const firstReports = (db: BankDatabase) =>
  db
    .selectFrom('reconciliations')
    .select(({ fn }) => [
      fn.min<string | null>('day').as('day'),
      fn.min<number | null>('block').as('block'),
    ]);

/**
 * @returns where the days begin that are looked at: not before the first report, and not longer ago than a host keeps its statements. A report
 * of a day before that time says that the node was there then only if it was made before the later ones, by their blocks: others were asked
 * for, or are of a clock that was behind.
 */
async function firstDay(db: BankDatabase, yesterday: string): Promise<string> {
  const earliest = dayFrom(yesterday, 1 - MOST_DAYS);
  const near = await firstReports(db).where('day', '>=', earliest).executeTakeFirstOrThrow();
  const far = await firstReports(db).where('day', '<', earliest).executeTakeFirstOrThrow();
  const wasThere = far.block !== null && (near.block === null || far.block < near.block);
  if (wasThere) return earliest;
  return near.day === null || near.day > yesterday ? yesterday : near.day;
}

/**
 * @returns yesterday; the day before once more, since the host's next statement is there by now; and the days since the first report that
 * have none that counts, or whose report waits for a statement or for what is under way. The oldest first.
 */
async function dueDays(context: ReconciliationContext, signal: AbortSignal): Promise<string[]> {
  const { db } = context;
  await context.caughtUp(signal);
  const now = await trustedNow(context);
  const yesterday = dayFrom(dayOf(now), -1);
  const dayBefore = dayFrom(yesterday, -1);
  const first = await firstDay(db, yesterday);
  const done = await doneDays(context, first);
  const days: string[] = [];
  for (let day = first; day < yesterday; day = dayFrom(day, 1))
    if (day === dayBefore || !done.has(day)) days.push(day);
  return [...days, yesterday];
}

/** A statement that is not there is named in the report; the work fails all the same, so that it is asked for again. */
function asFailure({ day, hosts }: Report): HostUnavailable | undefined {
  const awaited = Object.entries(hosts).filter(([, { missing }]) => missing !== null);
  if (awaited.length === 0) return undefined;
  const reasons = awaited.map(([host, { missing }]) => `${host}: ${missing ?? ''}`);
  return new HostUnavailable(`Not all statements of ${day} are there. ${reasons.join(' ')}`);
}

/**
 * One day that cannot be compared holds up no other.
 * @throws the failure of the first such day, at the end; before it, one that is not of a host
 */
async function reconcileDays(
  context: ReconciliationContext,
  days: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const failures: Error[] = [];
  for (const day of days)
    try {
      const failure = asFailure(await reconcileDay(context, day, signal));
      if (failure !== undefined) failures.push(failure);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(
        error instanceof Error ? error : new Error('No report was made.', { cause: error }),
      );
    }
  const worst = failures.find((failure) => !(failure instanceof HostUnavailable)) ?? failures[0];
  if (worst !== undefined) throw worst;
}

/** Without a day: what is due. */
const reconcileJob = (context: ReconciliationContext): JobKind => ({
  ...RECONCILE,
  schedule: '15 0 * * *',
  givenUpAfterSeconds: HOUR,
  async run({ day }: JobData, signal) {
    const days = typeof day === 'string' ? [day] : await dueDays(context, signal);
    await reconcileDays(context, days, signal);
  },
});

export type ReconciliationHandlers = Handlers<typeof RECONCILIATION_OPERATIONS, unknown>;

/** What a clock that was ahead says of a day that has not begun is not shown. @throws {NodeError} NOT_FOUND */
function ensureBegun({ clock }: ReconciliationContext, day: string): void {
  if (day > dayOf(clock())) throw new NodeError('NOT_FOUND', 'day');
}

async function readReport(context: ReconciliationContext, day: string) {
  ensureBegun(context, day);
  const row = await context.db
    .selectFrom('reconciliations')
    .selectAll()
    .where('day', '=', day)
    .executeTakeFirst();
  if (row === undefined) throw new NodeError('NOT_FOUND', 'day');
  return { ...report.parse(JSON.parse(row.report)), madeAt: toInstant(row.made_at) };
}

/** Today is compared once more when it is over. @throws {NodeError} INPUT_INVALID for a day that has not begun */
async function askForDay(
  { db, clock }: ReconciliationContext,
  work: Asking,
  day: string,
): Promise<void> {
  if (day > dayOf(clock())) throw new NodeError('INPUT_INVALID', 'day');
  await db.transaction().execute((transaction) => work.ask(transaction, RECONCILE, day, { day }));
  work.wake();
}

const handlersOf = (parts: ReconciliationParts, work: Asking): ReconciliationHandlers => ({
  readReconciliation: (_, { day }) => readReport(parts, day),
  reconcileDay: async (_, { day }) => {
    await askForDay(parts, work, day);
    return { asked: true };
  },
});

/** Counts the differences of all reports: one counts until its day is compared again without it. */
function countDifferences({ db, clock, registry }: ReconciliationParts): void {
  if (registry === undefined) return;
  const gauge = new Gauge({
    name: 'offpay_reconciliation_differences',
    help: 'Differences between ledger, book and host in the reports of all days.',
    labelNames: ['pair'],
    registers: [registry],
    async collect() {
      const { ledgerBook, bookHost } = await db
        .selectFrom('reconciliations')
        .select(({ fn }) => [
          fn.sum<string | null>('ledger_book').as('ledgerBook'),
          fn.sum<string | null>('book_host').as('bookHost'),
        ])
        .where('day', '<=', dayOf(clock()))
        .executeTakeFirstOrThrow();
      gauge.set({ pair: 'ledger-book' }, Number(ledgerBook ?? 0));
      gauge.set({ pair: 'book-host' }, Number(bookHost ?? 0));
    },
  });
}

/** The work of reconciliation, with the functions of its operations. */
export interface ReconciliationWork extends WorkParts<BankTables> {
  readonly handlers: ReconciliationHandlers;
}

export function reconciliationWork(parts: ReconciliationParts, work: Asking): ReconciliationWork {
  countDifferences(parts);
  return {
    projections: [new Supplies(parts.bankId)],
    jobs: [reconcileJob(parts)],
    handlers: handlersOf(parts, work),
  };
}
