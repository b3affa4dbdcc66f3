// SPDX-License-Identifier: Apache-2.0
// When days are reconciled: each day after midnight of UTC, and when an operator asks. Then the bank states what backs its currency.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { JobData, JobKind, Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import { Gauge, type Registry } from 'prom-client';
import { toInstant } from '../clock.js';
import { dayOf } from '../core-banking/book/post-entry.js';
import { HostUnavailable } from '../core-banking/core-banking.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { backingAt, type BackingKey } from './backing.js';
import { keepFundingIds } from './funding-ids.js';
import { dayFrom } from './days.js';
import { reconcileDay, type ReconciliationContext } from './reconcile-day.js';
import type { RECONCILIATION_OPERATIONS } from './reconciliation-operations.js';
import { report, type Report } from './report.js';
import { readSnapshot } from './snapshot.js';
import { Supplies } from './supplies.js';

/** What reconciliation and statements of backing use. */
export interface ReconciliationParts extends ReconciliationContext {
  readonly bankId: string;
  readonly backingKey: BackingKey;
  /** Of the node's figures. */
  readonly registry?: Registry;
}

type Asking = Pick<Work<BankTables>, 'ask' | 'wake'>;

const RECONCILE = { name: 'reconcile-day' } as const;

const HOUR = 3_600;

/** After an outage the days that were missed are compared too, as far back as this. */
export const MOST_DAYS = 31;

/**
 * @returns yesterday; the day before once more, since the host's next statement is there by now; and the days since the first report that
 * have none, or whose report waits for a statement or for what is under way. The oldest first.
 */
async function dueDays({ db, clock }: ReconciliationContext): Promise<string[]> {
  const yesterday = dayFrom(dayOf(clock()), -1);
  const dayBefore = dayFrom(yesterday, -1);
  const reports = await db
    .selectFrom('reconciliations')
    .select(['day', 'waits'])
    .where('day', '>', dayFrom(yesterday, -MOST_DAYS))
    .orderBy('day')
    .execute();
  const waits = new Map(reports.map((each) => [each.day, each.waits]));
  const days: string[] = [];
  for (let day = reports[0]?.day ?? yesterday; day < yesterday; day = dayFrom(day, 1))
    if (day === dayBefore || (waits.get(day) ?? true)) days.push(day);
  return [...days, yesterday];
}

/** A statement that is not there is named in the report; the work fails all the same, so that it is asked for again. */
function asFailure({ day, hosts }: Report): HostUnavailable | undefined {
  const missing = Object.entries(hosts).filter(([, { entries }]) => entries === null);
  if (missing.length === 0) return undefined;
  const reasons = missing.map(([host, { missing: reason }]) => `${host}: ${reason ?? ''}`);
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
    await reconcileDays(context, typeof day === 'string' ? [day] : await dueDays(context), signal);
  },
});

/** States today's backing, once. @returns whether it was not stated before */
export async function publishBacking(
  { db, clock, caughtUp, bankId, backingKey }: ReconciliationParts,
  signal: AbortSignal,
): Promise<boolean> {
  const now = clock();
  await caughtUp(signal);
  await keepFundingIds(db);
  const statement = backingAt({ bankId, day: dayOf(now) }, await readSnapshot(db));
  const inserted = await db
    .insertInto('backings')
    .values({ day: statement.day, made_at: now, statement: backingKey.sign(statement) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('day')
    .executeTakeFirst();
  return inserted !== undefined;
}

const publishBackingJob = (parts: ReconciliationParts): JobKind => ({
  name: 'publish-backing',
  schedule: '30 0 * * *',
  givenUpAfterSeconds: HOUR,
  run: async (_, signal) => {
    await publishBacking(parts, signal);
  },
});

export type ReconciliationHandlers = Handlers<typeof RECONCILIATION_OPERATIONS, unknown>;

async function readReport(db: BankDatabase, day: string) {
  const row = await db
    .selectFrom('reconciliations')
    .selectAll()
    .where('day', '=', day)
    .executeTakeFirst();
  if (row === undefined) throw new NodeError('NOT_FOUND', 'day');
  return { ...report.parse(JSON.parse(row.report)), madeAt: toInstant(row.made_at) };
}

async function readBacking({ db, backingKey }: ReconciliationParts, day: string) {
  const row = await db.selectFrom('backings').selectAll().where('day', '=', day).executeTakeFirst();
  if (row === undefined) throw new NodeError('NOT_FOUND', 'day');
  const { made_at: madeAt, statement } = row;
  return { day, madeAt: toInstant(madeAt), statement, publicKey: backingKey.publicKey };
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
  readReconciliation: (_, { day }) => readReport(parts.db, day),
  reconcileDay: async (_, { day }) => {
    await askForDay(parts, work, day);
    return { asked: true };
  },
  readBacking: (_, { day }) => readBacking(parts, day),
});

/** Counts the differences of all reports: one counts until its day is compared again without it. */
function countDifferences({ db, registry }: ReconciliationParts): void {
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
    jobs: [reconcileJob(parts), publishBackingJob(parts)],
    handlers: handlersOf(parts, work),
  };
}
